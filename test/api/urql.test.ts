import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from 'urql';
import { tokenFor, type Who } from '../harness/actor.ts';
import { startForFile } from './start-for-file.ts';
import { type ForeignClient, playWholeConversation } from './whole-conversation.ts';

const server = await startForFile();

/** As urql's documentation sets it up. */
async function connect(t: TestContext, who: Who): Promise<ForeignClient> {
  const authorization = `Bearer ${await tokenFor(who)}`;
  const socket = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization },
  });
  t.after(() => socket.dispose());
  const client = new Client({
    url: `${server.url}/graphql`,
    fetchOptions: { headers: { authorization } },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables, extensions }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables as Record<string, unknown>, extensions },
              sink as any,
            ),
          }),
        }),
      }),
    ],
  });
  const dataOf = ({ data, error }: { data?: any; error?: Error }) => {
    if (error) throw error;
    return data;
  };
  return {
    query: async (document, variables = {}) =>
      dataOf(await client.query(document, variables, { requestPolicy: 'network-only' }).toPromise()),
    mutate: async (document, variables = {}) => dataOf(await client.mutation(document, variables).toPromise()),
    subscribe(document, variables, onData) {
      const { unsubscribe } = client
        .subscription(document, variables)
        .subscribe(({ data, error }) => (error ? assert.fail(error) : onData(data)));
      t.after(unsubscribe);
    },
  };
}

test('urql 5 has a whole conversation', async (t) => {
  const cleo = await connect(t, { name: 'Cleo' });
  const ada = await connect(t, { role: 'AGENT', name: 'Ada' });
  await playWholeConversation(cleo, ada);
});
