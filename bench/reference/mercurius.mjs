import Fastify from 'fastify';
import mercurius from 'mercurius';
import { typeDefs } from './schema.ts';
import { announce, openStore } from './store.ts';

/** Mercurius with its JIT, over HTTP and its own socket. No TypeScript, as with yoga. */
const store = await openStore(process.env.DATABASE_URL);
await store.createTables();
const app = Fastify({ logger: false });

await app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  subscription: { fullWsTransport: true },
  resolvers: {
    Query: { ok: () => true },
    Mutation: {
      async startConversation(_root, { input }) {
        await store.start(input.id);
        return { conversation: input };
      },
      async sendMessage(_root, { input }, { pubsub }) {
        const message = { ...input, seq: await store.send(input) };
        const { conversationId } = input;
        const update = { __typename: 'MessagePosted', conversationId, seq: message.seq, message };
        pubsub.publish({ topic: conversationId, payload: { conversationUpdates: update } });
        return { message, duplicate: false };
      },
    },
    Subscription: {
      conversationUpdates: {
        async *subscribe(_root, { conversationId }, { pubsub }) {
          const posted = await pubsub.subscribe(conversationId);
          yield { conversationUpdates: { __typename: 'CaughtUp', conversationId, headSeq: 0 } };
          yield* posted;
        },
      },
    },
    ConversationUpdate: { resolveType: (update) => update.__typename },
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server.address().port, store.stop);
