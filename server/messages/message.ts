import type { Db, Tx } from '../db.ts';
import type { MessageStatus } from '../generated/graphql.ts';
import type { Sealing } from '../sealing/sealing.ts';

export type Message = {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly senderId: string;
  readonly body: string | null;
  readonly version: number;
  readonly sentAt: Date | null;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
  /** The members' watermarks, where whoever passes the message on has them at hand; else they are read. */
  readonly watermarks?: ReadonlyMap<string, Watermarks>;
};

export const messageFields = {
  id: true,
  conversationId: true,
  seq: true,
  senderId: true,
  body: true,
  keyId: true,
  version: true,
  sentAt: true,
  createdAt: true,
  editedAt: true,
  deletedAt: true,
} as const;

/** As it stands in its row, where the body may be sealed. */
export type StoredMessage = Message & { readonly keyId: string | null };

/** Whatever reads rows of messages passes them through here. */
export async function openMessages(
  sealing: Sealing,
  rows: readonly StoredMessage[],
  client?: Db | Tx,
): Promise<Message[]> {
  const opened = await sealing.openAll(
    rows,
    ({ id, body }) => ({ place: id, text: body }),
    (row, body) => ({ ...row, body }),
    client,
  );
  return opened.map(({ keyId: _, ...message }) => message);
}

export type Watermarks = { readonly deliveredSeq: number; readonly readSeq: number };

/** A message's status follows from how far the others have got; watermarks only grow, so it never goes back (D7). */
export function messageStatus(
  message: Pick<Message, 'seq' | 'senderId'>,
  members: Iterable<readonly [participantId: string, Watermarks]>,
): MessageStatus {
  let status: MessageStatus = 'SENT';
  for (const [participantId, { deliveredSeq, readSeq }] of members) {
    if (participantId === message.senderId) continue;
    if (readSeq >= message.seq) return 'READ';
    if (deliveredSeq >= message.seq) status = 'DELIVERED';
  }
  return status;
}
