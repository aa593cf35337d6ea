import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import { tokenFor, type Who } from '../harness/actor.ts';
import { startForFile } from './start-for-file.ts';
import { type ForeignClient, playWholeConversation } from './whole-conversation.ts';

const server = await startForFile();

/** As Apollo's documentation sets it up: queries and mutations over HTTP, subscriptions over graphql-ws. */
async function connect(t: TestContext, who: Who) {
  const authorization = `Bearer ${await tokenFor(who)}`;
  const socket = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization },
  });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ query }) => {
        const definition = getMainDefinition(query);
        return definition.kind === 'OperationDefinition' && definition.operation === 'subscription';
      },
      new GraphQLWsLink(socket),
      new HttpLink({ uri: `${server.url}/graphql`, headers: { authorization } }),
    ),
  });
  t.after(() => {
    client.stop();
    return socket.dispose();
  });
  const foreign: ForeignClient = {
    query: async (document, variables) =>
      (await client.query({ query: gql(document), variables, fetchPolicy: 'network-only' })).data,
    mutate: async (document, variables) => (await client.mutate({ mutation: gql(document), variables })).data,
    subscribe(document, variables, onData) {
      const subscription = client
        .subscribe({ query: gql(document), variables })
        .subscribe(({ data, error }) => (error ? assert.fail(error) : onData(data)));
      t.after(() => subscription.unsubscribe());
    },
  };
  return { client, foreign };
}

test('Apollo Client 4 has a whole conversation', async (t) => {
  const cleo = await connect(t, { name: 'Cleo' });
  const ada = await connect(t, { role: 'AGENT', name: 'Ada' });
  const { messageId } = await playWholeConversation(cleo.foreign, ada.foreign);

  // Its cache puts objects together by type and id: an event that tells of an edit has edited it everywhere.
  const fragment = gql('fragment Shown on Message { body version }');
  const { body, version } = ada.client.cache.readFragment<any>({ fragment, id: `Message:${messageId}` });
  assert.deepEqual([body, version], ['Where is my parcel?', 2]);
});
