import { once } from 'node:events';
import WebSocket from 'ws';
import { type Answer, type Answered, documents, type Link, type Posted } from './link.ts';

export type GraphqlSocket = Link & {
  follow(conversationId: string, onPosted: (posted: Posted) => void, afterSeq?: number): Promise<void>;
  request(document: string, input: object): Promise<Answered>;
  /** Subscribes, and ends it with the first update. */
  firstUpdate(conversationId: string, afterSeq: number): Promise<void>;
  /** As a network does it: without a word. */
  cut(): void;
};

/**
 * graphql-transport-ws with as little work as can be, so that the generator is not what is measured. Each message is written
 * out by hand but for what differs.
 */
export async function openGraphqlSocket(url: string, token: string | undefined): Promise<GraphqlSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
  const listeners = new Map<string, (answer: Answer) => void>();
  let next = 0;
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: token ? { authorization: `Bearer ${token}` } : {} }));
  const acknowledged = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    const { type, id, payload } = JSON.parse(String(data));
    if (type === 'next') listeners.get(id)?.(payload);
    else if (type === 'error') listeners.get(id)?.({ errors: payload });
    else if (type === 'connection_ack') acknowledged.resolve();
    else if (type === 'ping') socket.send('{"type":"pong"}');
  });
  socket.on('close', (code, reason) => {
    const error = new Error(`the server closed a socket: ${code} ${reason}`);
    acknowledged.reject(error);
    if (listeners.size > 0 && code !== 1005) process.nextTick(() => Promise.reject(error));
  });
  await acknowledged.promise;

  function subscribe(query: string, variables: unknown, onAnswer: (answer: Answer) => void): string {
    const id = String(++next);
    listeners.set(id, onAnswer);
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
    return id;
  }
  const request = (query: string, input: object) =>
    new Promise<Answered>((resolve, reject) => {
      const id = subscribe(query, { input }, ({ data, errors }) => {
        listeners.delete(id);
        if (errors) reject(new Error(errors[0]?.message));
        else resolve(data);
      });
    });
  return {
    start: async (id) => void (await request(documents.start, { id })),
    claim: async (conversationId) => void (await request(documents.claim, { conversationId })),
    send: async (message) => (await request(documents.send, message)).sendMessage.message.seq,
    acknowledge: async (conversationId, deliveredSeq) =>
      void (await request(documents.acknowledge, { conversationId, deliveredSeq })),
    follow: (conversationId, onPosted, afterSeq = 0) =>
      new Promise((resolve, reject) => {
        subscribe(documents.follow, { conversationId, afterSeq }, ({ data, errors }) => {
          if (errors) return reject(new Error(errors[0]?.message));
          const update = data.conversationUpdates;
          if (update.__typename === 'CaughtUp') resolve();
          else if (update.__typename === 'MessagePosted') onPosted({ id: update.message.id, seq: update.seq });
        });
      }),
    request,
    firstUpdate: (conversationId, afterSeq) =>
      new Promise((resolve, reject) => {
        const id = subscribe(documents.follow, { conversationId, afterSeq }, ({ errors }) => {
          listeners.delete(id);
          socket.send(JSON.stringify({ id, type: 'complete' }));
          if (errors) reject(new Error(errors[0]?.message));
          else resolve();
        });
      }),
    close() {
      listeners.clear();
      socket.close();
    },
    cut() {
      listeners.clear();
      socket.terminate();
    },
  };
}
