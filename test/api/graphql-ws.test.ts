import { type TestContext, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { OperationError, tokenFor, type Who } from '../harness/actor.ts';
import { startForFile } from './start-for-file.ts';
import { type ForeignClient, playWholeConversation } from './whole-conversation.ts';

const server = await startForFile();

/** Everything over one socket, with nothing but the client and Node's own WebSocket. */
async function connect(t: TestContext, who: Who): Promise<ForeignClient> {
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    // Asked for at every connection, as an application does whose tokens run out.
    connectionParams: async () => ({ authorization: `Bearer ${await tokenFor(who)}` }),
  });
  t.after(() => client.dispose());
  async function run(query: string, variables?: Record<string, unknown>): Promise<any> {
    for await (const { data, errors } of client.iterate<any>({ query, variables })) {
      if (errors) throw new OperationError(errors);
      return data;
    }
  }
  return {
    query: run,
    mutate: run,
    subscribe(query, variables, onData) {
      const subscription = client.iterate<any>({ query, variables });
      t.after(() => subscription.return?.());
      void (async () => {
        for await (const { data } of subscription) onData(data);
      })();
    },
  };
}

test('plain graphql-ws has a whole conversation, over the socket alone', async (t) => {
  const cleo = await connect(t, { name: 'Cleo', sub: `cleo-${process.pid}` });
  const ada = await connect(t, { role: 'AGENT', name: 'Ada', sub: `ada-${process.pid}` });
  await playWholeConversation(cleo, ada);
});
