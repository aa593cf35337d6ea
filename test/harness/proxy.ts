import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { eventually } from './eventually.ts';

/**
 * A network between one server and Redis that can be broken: what goes wrong with one process's connections need not go
 * wrong with another's.
 */
export type TestProxy = {
  /** What the server takes for Redis. */
  readonly redisUrl: string;
  readonly port: number;
  /** Swallows what is sent from now on, in both directions. */
  hold(): void;
  /** Passes on what was swallowed, unless its sender is gone: then nobody will ever see it. */
  release(): void;
  /** Cuts off subscribers, now and each time one comes back to subscribe. Publishers notice nothing. */
  keepSubscribersOut(): void;
  /** Lets subscribers connect, but holds what they ask for until subscribers are let in. */
  holdSubscribing(): void;
  /** Resolves when one of them has asked to subscribe. */
  subscribing(): Promise<void>;
  letSubscribersIn(): void;
  close(): Promise<void>;
};

type Link = { client: Socket; redis: Socket; subscribes: boolean; held: (() => void)[] };

/** RESP: the command's name is a bulk string. */
const SUBSCRIBE = /\$\d+\r\np?subscribe\r\n/i;

export async function startProxy({ port }: { port: number }): Promise<TestProxy> {
  const links = new Set<Link>();
  let holding = false;
  let subscribers: 'in' | 'out' | 'held' = 'in';

  function pass(link: Link, to: Socket, data: Buffer): void {
    if (holding || (link.subscribes && subscribers === 'held')) link.held.push(() => void to.write(data));
    else to.write(data);
  }

  function release(): void {
    for (const link of links) for (const send of link.held.splice(0)) send();
  }

  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    const link: Link = { client, redis, subscribes: false, held: [] };
    links.add(link);
    const end = () => {
      links.delete(link);
      client.destroy();
      redis.destroy();
    };
    for (const socket of [client, redis]) {
      socket.setNoDelay(true);
      socket.on('error', () => {}); // followed by 'close'
      socket.on('close', end);
    }
    client.on('data', (data) => {
      link.subscribes ||= SUBSCRIBE.test(String(data));
      if (link.subscribes && subscribers === 'out') return end();
      pass(link, redis, data);
    });
    redis.on('data', (data) => pass(link, client, data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const { port: ownPort } = server.address() as AddressInfo;
  return {
    redisUrl: `redis://127.0.0.1:${ownPort}`,
    port: ownPort,
    hold() {
      holding = true;
    },
    release() {
      holding = false;
      release();
    },
    keepSubscribersOut() {
      subscribers = 'out';
      for (const { client, subscribes } of links) if (subscribes) client.destroy();
    },
    holdSubscribing() {
      subscribers = 'held';
      for (const { client, subscribes } of links) if (subscribes) client.destroy();
    },
    subscribing: async () => {
      await eventually('somebody wants to subscribe', () => [...links].some(({ held }) => held.length > 0));
    },
    letSubscribersIn() {
      subscribers = 'in';
      release();
    },
    async close() {
      server.close();
      for (const { client } of links) client.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}
