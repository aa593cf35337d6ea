import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { tokenFor } from '../../harness/actor.ts';
import type { Scenario } from '../scenario.ts';

/** More than a frame may have. */
const OVERSIZED_BYTES = 300_000;

export const garbage: Scenario = {
  name: 'garbage',
  promises: 'D6, D8',
  fault: 'clients send garbage: bytes that are no protocol, frames that are no JSON, too large, cut off, out of turn',
  fullOnly: true,
  async run({ world, load, full, random, recovers }) {
    const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)));
    for (let round = 0; round < (full ? 20 : 4); round++) {
      for (const { door } of world.slots) {
        const stream = connect(door.port, '127.0.0.1');
        stream.on('error', () => {});
        stream.end(bytes(1 + random.below(5_000)));

        const socket = new WebSocket(`ws://127.0.0.1:${door.port}/graphql`, 'graphql-transport-ws');
        socket.on('error', () => {});
        world.after(() => socket.terminate());
        await once(socket, 'open');
        if (random.chance(0.5)) {
          const authorization = `Bearer ${await tokenFor({ name: 'garbler' })}`;
          socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
        }
        const closed = once(socket, 'close');
        const frames = [
          bytes(100),
          'no JSON {',
          '{"type":"subscribe"}',
          '{"id":"1","type":"subscribe","payload":{"query":7}}',
          '[]',
          'null',
          'x'.repeat(OVERSIZED_BYTES),
        ];
        for (let n = 0; n < frames.length; n++) socket.send(frames[random.below(frames.length)]!, () => {});
        socket.send('x'.repeat(OVERSIZED_BYTES), () => {});
        await closed;
      }
      await load.gain(5);
    }
    await recovers();
  },
};
