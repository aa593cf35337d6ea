import { createServer } from 'node:http';
import { useServer as serveSockets } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { typeDefs } from './schema.ts';
import { announce, openStore } from './store.ts';

/**
 * graphql-yoga as its documentation sets it up, over HTTP and with graphql-ws. No TypeScript: its types change those of
 * graphql for all of us.
 */
const store = await openStore(process.env.DATABASE_URL);
await store.createTables();
const pubSub = createPubSub();

const schema = createSchema({
  typeDefs,
  resolvers: {
    Mutation: {
      async startConversation(_root, { input }) {
        await store.start(input.id);
        return { conversation: input };
      },
      async sendMessage(_root, { input }) {
        const message = { ...input, seq: await store.send(input) };
        pubSub.publish('posted', input.conversationId, {
          __typename: 'MessagePosted',
          conversationId: input.conversationId,
          seq: message.seq,
          message,
        });
        return { message, duplicate: false };
      },
    },
    Subscription: {
      conversationUpdates: {
        async *subscribe(_root, { conversationId }) {
          const posted = pubSub.subscribe('posted', conversationId);
          yield { __typename: 'CaughtUp', conversationId, headSeq: 0 };
          yield* posted;
        },
        resolve: (update) => update,
      },
    },
  },
});
const yoga = createYoga({ schema, logging: false, landingPage: false, graphiql: false });
const server = createServer(yoga);
const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint, perMessageDeflate: false });
serveSockets(
  {
    // From its documentation, so that both transports share one pipeline.
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length > 0 ? errors : args;
    },
  },
  sockets,
);
server.listen(0, '127.0.0.1', () => announce(server.address().port, store.stop));
