import { setTimeout as sleep } from 'node:timers/promises';
import type { FromGenerator, Job, Result } from './job.ts';
import { openPair, type Pair } from './pair.ts';
import { percentiles } from './percentiles.ts';

/** The process that makes the load: takes one job, answers with its result, and ends. */
process.once('message', (job) => void run(job as Job));

const tell = (message: FromGenerator) => process.send!(message);

async function run(job: Job): Promise<void> {
  let measuring = false;
  const toAcknowledged: number[] = [];
  const toReceived: number[] = [];
  const heard = {
    acknowledged: (ms: number) => void (measuring && toAcknowledged.push(ms)),
    received: (ms: number) => void (measuring && toReceived.push(ms)),
  };
  const pairs: Pair[] = [];
  for (let index = 0; index < job.pairs; index++) pairs.push(await openPair(job, index, heard));

  const stop = new AbortController();
  const running = job.pace.type === 'closed' ? closedLoop(job, pairs, stop.signal) : openLoop(job, pairs, stop.signal);
  await sleep(job.warmUpMs);
  tell({ type: 'measuring' });
  measuring = true;
  const begunAt = performance.now();
  await sleep(job.durationMs);
  measuring = false;
  const seconds = (performance.now() - begunAt) / 1000;
  tell({ type: 'measured' });
  stop.abort();
  await running;
  await Promise.all(pairs.map((pair) => pair.drained()));

  const findings = pairs.map((pair) => pair.findings());
  const sum = (kind: keyof (typeof findings)[number]) => findings.reduce((total, found) => total + found[kind], 0);
  const result: Result = {
    deliveredPerSecond: toReceived.length / seconds,
    delivered: toReceived.length,
    sendToAcknowledged: percentiles(toAcknowledged),
    sendToReceived: percentiles(toReceived),
    lost: sum('lost'),
    doubled: sum('doubled'),
    outOfOrder: sum('outOfOrder'),
  };
  for (const pair of pairs) pair.close();
  tell({ type: 'done', result });
  process.disconnect();
  process.exit();
}

async function closedLoop({ pace, bodies }: Job, pairs: readonly Pair[], signal: AbortSignal): Promise<void> {
  const { inFlight } = pace as Extract<Job['pace'], { type: 'closed' }>;
  let sent = 0;
  const work = async (worker: number) => {
    while (!signal.aborted)
      await pairs[worker % pairs.length]!.send(bodies[sent++ % bodies.length]!, performance.now());
  };
  await Promise.all(Array.from({ length: inFlight }, (_, worker) => work(worker)));
}

/** Timers are late by a millisecond or more; what was due meanwhile is sent at once, and counted from when it was due. */
async function openLoop({ pace, bodies }: Job, pairs: readonly Pair[], signal: AbortSignal): Promise<void> {
  const { perSecond } = pace as Extract<Job['pace'], { type: 'open' }>;
  const underWay: Promise<void>[] = [];
  const begunAt = performance.now();
  for (let sent = 0; !signal.aborted; await sleep(1)) {
    for (; begunAt + (sent * 1000) / perSecond <= performance.now() && !signal.aborted; sent++)
      underWay.push(
        pairs[sent % pairs.length]!.send(bodies[sent % bodies.length]!, begunAt + (sent * 1000) / perSecond),
      );
  }
  await Promise.all(underWay);
}
