import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as creation from '../../client/create-client.ts';
import * as folding from '../../client/fold.ts';
import * as operations from '../../client/operations.ts';

/** The project's own client, and what its states are compared with. */
export type ClientCode = Pick<typeof creation, 'createClient'> &
  Pick<typeof folding, 'foldSnapshot' | 'foldEarlier' | 'unreadCount'> &
  Pick<typeof operations, 'conversationQuery' | 'earlierMessagesQuery'>;

export const ourClient: ClientCode = { ...creation, ...folding, ...operations };

/** The same of a release whose code stands elsewhere. */
export async function importClient(folder: string): Promise<ClientCode> {
  const parts = ['create-client', 'fold', 'operations'].map((name) => join(folder, 'client', `${name}.ts`));
  const [created, folded, operated] = await Promise.all(parts.map((path) => import(pathToFileURL(path).href)));
  return { ...created, ...folded, ...operated };
}
