import { randomUUID } from 'node:crypto';
import { connect } from '../../harness/actor.ts';
import { heapInspector } from '../../harness/heap-inspector.ts';
import { History } from '../../harness/history.ts';
import type { Scenario } from '../scenario.ts';

const IN_TIME_SECONDS = 10;
const SLACK_SECONDS = 20;
const BOUND_BYTES = 50e6;

export const awayForLong: Scenario = {
  name: 'away-for-long',
  // The short form of it is test/promises/d4-offline-queue.
  fullOnly: true,
  promises: 'D4, D6',
  fault: 'a device comes back after 10,000 messages: served in order, in pages, in bounded memory, in less than 10 s',
  async run({ world, load, full, found, expect }) {
    const heap = await heapInspector();
    const server = await world.startExtra(heap.env);
    const sub = randomUUID();
    const cleo = await connect(world, server, { sub, name: 'Cleo' });
    const history = new History(await cleo.start());
    const waiting = full ? 10_000 : 600;
    const width = 50;
    await Promise.all(
      Array.from({ length: width }, async () => {
        for (let n = 0; n < waiting / width; n++) await history.send(cleo, 'while you were away '.repeat(10));
      }),
    );
    const before = await heap.liveBytes();
    const device = await connect(world, server, { sub, name: 'Cleo' });
    const began = performance.now();
    const frames = device.followInbox();
    await frames.caughtUp();
    const seconds = (performance.now() - began) / 1_000;
    const growth = (await heap.liveBytes()) - before;
    expect(seconds < IN_TIME_SECONDS + (full ? 0 : SLACK_SECONDS), `served only after ${seconds} s`);
    expect(growth < BOUND_BYTES, `${(growth / 1e6).toFixed(1)} MB more were held`);
    for (const finding of await history.findings(world.database, { device: { frames } }))
      found(finding.kind, finding.what);
    await load.gain(1);
  },
};
