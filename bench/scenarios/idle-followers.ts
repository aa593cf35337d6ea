import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import WebSocket from 'ws';
import { openGraphqlSocket } from '../load/graphql-socket-link.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import type { Scenario } from './scenario.ts';

const AT_ONCE = 64;
/** Sweeps, presence, key figures and pings go on meanwhile. So long at most; a few followers are watched for less. */
const IDLE_MS = 20_000;
const IDLE_MS_PER_FOLLOWER = 20;

export const idleFollowers: Scenario = {
  name: 'idle',
  title: 'Idle followers of one process',
  about:
    'Each a customer with a socket and a conversation of their own, followed, in which nothing happens. Memory: the heap and what hangs on it, without garbage. The socket’s own cost: that of as many sockets to a server that does nothing with them.',
  async run({ url, bareUrl, size, token, usage }) {
    const bareBefore = await usage('bare');
    const bare = await atMostAtOnce(size, AT_ONCE, async () => {
      const socket = new WebSocket(bareUrl, { perMessageDeflate: false });
      await once(socket, 'open');
      return socket;
    });
    const perBareSocket = ((await usage('bare')).inUseBytes - bareBefore.inUseBytes) / size;
    for (const socket of bare) socket.terminate();

    const before = await usage();
    const sockets = await atMostAtOnce(size, AT_ONCE, async (n) =>
      openGraphqlSocket(url, await token('CUSTOMER', `idle-${n}`)),
    );
    const admitted = await usage();
    const ids = await atMostAtOnce(size, AT_ONCE, async (n) => {
      const id = uuidv7();
      await sockets[n]!.start(id);
      return id;
    });
    await atMostAtOnce(size, AT_ONCE, (n) => sockets[n]!.follow(ids[n]!, () => {}));
    const following = await usage();
    const since = performance.now();
    await sleep(Math.min(IDLE_MS, size * IDLE_MS_PER_FOLLOWER));
    const idle = await usage();
    const busy = (idle.cpuSeconds - following.cpuSeconds) / ((performance.now() - since) / 1000);
    for (const socket of sockets) socket.close();

    const kb = (bytes: number) => bytes / size / 1024;
    return [
      { name: 'Followers', value: size, unit: '' },
      { name: 'A socket that nothing is done with', value: perBareSocket / 1024, unit: 'KB' },
      { name: 'A socket whose participant is known', value: kb(admitted.inUseBytes - before.inUseBytes), unit: 'KB' },
      { name: 'A follower', value: kb(following.inUseBytes - before.inUseBytes), unit: 'KB' },
      {
        name: 'A follower, beyond the socket’s own cost',
        value: kb(following.inUseBytes - before.inUseBytes) - perBareSocket / 1024,
        unit: 'KB',
        target: 'under 20 KB',
      },
      { name: 'Of one core, while all are idle', value: busy * 100, unit: '%' },
    ];
  },
};
