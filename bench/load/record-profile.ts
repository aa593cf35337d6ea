import { Session } from 'node:inspector/promises';
import type { Recorded, RecorderOrder } from './profile.ts';

/* Imported into a server's process before everything else: records where its time goes when it is told to. */

const SAMPLE_EVERY_MICROS = 500;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROS });

process.on('message', async (order: RecorderOrder) => {
  if (order === 'start profile') await session.post('Profiler.start');
  else if (order === 'stop profile') {
    const { profile } = await session.post('Profiler.stop');
    process.send!({ profile } satisfies Recorded);
  }
});
// Whoever waits for orders is no reason to stay.
process.channel?.unref();
