import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisNode } from './redis-address.ts';

/**
 * A cluster hands what is published at one node to all of its nodes, so one connection to any of them hears everything. It is
 * an ordinary connection, to another node after each loss: ioredis' own subscriber for clusters moves without a word, and
 * whoever missed something meanwhile would not be told.
 */
export function subscribeToCluster(nodes: () => readonly RedisNode[], options: RedisOptions): Redis {
  let turn = Math.floor(Math.random() * 1_000); // processes spread over the nodes

  class NextNode extends AbstractConnector {
    constructor() {
      super(DISCONNECT_TIMEOUT_MS);
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      const known = nodes();
      const { host, port } = known[turn++ % known.length]!;
      const { tls } = options;
      const stream = tls ? connectTls({ host, port, servername: host, ...tls }) : connectPlain({ host, port });
      stream.once('error', (error) => {
        this.firstError = error;
      });
      this.stream = stream;
      return stream;
    }
  }
  return new Redis({ ...options, Connector: NextNode });
}

/** ioredis' own default. */
const DISCONNECT_TIMEOUT_MS = 2_000;

/** The nodes that the cluster has now, else those that it was found by. */
export function nodesOf(cluster: Cluster, seeds: readonly RedisNode[]): readonly RedisNode[] {
  const known = cluster.nodes('all').flatMap(({ options: { host, port } }) => (host && port ? [{ host, port }] : []));
  return known.length > 0 ? known : seeds;
}
