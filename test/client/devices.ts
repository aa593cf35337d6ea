import type { TestContext } from 'node:test';
import {
  type Client,
  type ClientOptions,
  type Conversation,
  type ConversationView,
  createClient,
} from '../../client/index.ts';
import { tokenFor, type Who } from '../harness/actor.ts';
import { cuttableSockets } from '../harness/cuttable-sockets.ts';
import type { TestServer } from '../harness/server.ts';

/** Somebody's device, through the project's own client; closed when the test is over. */
export type Device = {
  readonly client: Client;
  /** The TCP connection breaks without a word, as in a tunnel; the client comes back by itself. */
  cut(): void;
};

export async function openDevice(
  t: TestContext,
  server: Pick<TestServer, 'url'>,
  who: Who,
  options: Partial<ClientOptions> = {},
): Promise<Device> {
  const sockets = cuttableSockets();
  const token = await tokenFor(who);
  const client = createClient({
    url: `${server.url}/graphql`,
    token,
    webSocketImpl: sockets.implementation,
    ...options,
  });
  t.after(() => client.close());
  return { client, cut: sockets.cut };
}

/** A customer's conversation that an agent has claimed, as both see it. */
export async function openConversation(customer: Device, agent: Device): Promise<[Conversation, Conversation]> {
  const theirs = customer.client.startConversation({ subject: 'Help' });
  await theirs.until(({ state }) => state !== null);
  const ours = agent.client.conversation(theirs.id);
  await ours.assign();
  await Promise.all(
    [theirs, ours].map((c) => c.until(({ phase, state }) => phase === 'live' && state?.status === 'OPEN')),
  );
  return [theirs, ours];
}

export const bodies = ({ messages }: ConversationView) => messages.map(({ body }) => body);
export const statuses = ({ messages }: ConversationView) => messages.map(({ status }) => status);
