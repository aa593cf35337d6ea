import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce, openStore, type Sent } from './store.ts';

/** No GraphQL, nothing but JSON over `ws` and grouped writes: what the rest is measured against. */
const store = await openStore(process.env.DATABASE_URL!);
await store.createTables();
const followers = new Map<string, Set<WebSocket>>();

const MAX_GROUP = 128;
const IN_FLIGHT = 2;
type Waiting = { readonly sent: Sent; readonly done: (seq: number) => void };
let queue: Waiting[] = [];
let inFlight = 0;

function pump(): void {
  while (inFlight < IN_FLIGHT && queue.length > 0) {
    const conversations = new Set<string>();
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    for (const waiting of queue) {
      const { conversationId } = waiting.sent;
      if (group.length < MAX_GROUP && !conversations.has(conversationId)) {
        conversations.add(conversationId);
        group.push(waiting);
      } else later.push(waiting);
    }
    queue = later;
    inFlight++;
    void store.sendAll(group.map(({ sent }) => sent)).then((seqs) => {
      inFlight--;
      for (const [i, seq] of seqs.entries()) group[i]!.done(seq);
      pump();
    });
  }
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('message', async (data) => {
    const { n, start, follow, send } = JSON.parse(String(data));
    if (start) {
      await store.start(start);
      socket.send(JSON.stringify({ n }));
    } else if (follow) {
      followers.set(follow, (followers.get(follow) ?? new Set()).add(socket));
      socket.send(JSON.stringify({ n }));
    } else {
      queue.push({
        sent: send,
        done(seq) {
          socket.send(JSON.stringify({ n, seq }));
          const frame = JSON.stringify({ posted: { ...send, seq } });
          for (const follower of followers.get(send.conversationId) ?? []) follower.send(frame);
        },
      });
      pump();
    }
  });
});
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port, store.stop));
