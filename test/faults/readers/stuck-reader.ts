import { connect } from '../../harness/actor.ts';
import { heapInspector } from '../../harness/heap-inspector.ts';
import { History } from '../../harness/history.ts';
import { readMetric } from '../../harness/read-metric.ts';
import type { Env } from '../../harness/server.ts';
import type { Scenario } from '../scenario.ts';

const KNOWN = 100;
const WIDTH = 50;
/** More than the kernel's socket buffers and the server's buffer take together. */
const SHORT = { missed: 2_500, body: 8_000, boundBytes: 5e6 };
const FULL = { missed: 40_000, body: 1_500, boundBytes: 50e6 };

/** A frozen device answers no pings and takes no data; what is tested is what it costs until it is given up for either. */
const patient: Env = {
  SOCKET_KEEP_ALIVE_MS: '240000',
  SOCKET_WRITE_TIMEOUT_MS: '240000',
  FOLLOW_BUFFER_MAX: '250',
};

export const stuckReader: Scenario = {
  name: 'stuck-reader',
  promises: 'D6',
  fault:
    'a reader stops reading while 40,000 events arrive: bounded memory, nobody else notices, and it misses nothing',
  async run({ world, load, full, found, expect }) {
    const { missed, body, boundBytes } = full ? FULL : SHORT;
    const heap = await heapInspector();
    const server = await world.startExtra({ ...heap.env, ...patient });
    const cleo = await connect(world, server, { name: 'Cleo' });
    const ada = await connect(world, server, { role: 'AGENT', name: 'Ada' });
    const stu = await connect(world, server, { role: 'AGENT', name: 'Stu' });
    const history = new History(await cleo.start());
    const pour = async (count: number) => {
      const stream = async () => {
        for (let n = 0; n < count / WIDTH; n++) await history.send(cleo, 'x'.repeat(body));
      };
      await Promise.all(Array.from({ length: WIDTH }, stream));
    };
    const lively = ada.follow(history.conversationId, 0);
    const frozen = stu.follow(history.conversationId, 0);
    await frozen.caughtUp();
    await pour(KNOWN);
    for (const frames of [lively, frozen]) await frames.seq(KNOWN);
    const before = await heap.liveBytes();
    stu.stall();
    await pour(missed);
    await lively.seq(KNOWN + missed);
    const growth = (await heap.liveBytes()) - before;
    expect(growth < boundBytes, `a stuck reader made the process hold ${(growth / 1e6).toFixed(1)} MB`);
    const resyncs = await readMetric(server, 'parley_resyncs_total', { reason: 'slow reader' });
    expect(resyncs > 0 || growth >= boundBytes, 'it was not stuck');
    stu.resume();
    const devices = { lively: { frames: lively }, frozen: { frames: frozen } };
    for (const finding of await history.findings(world.database, devices)) found(finding.kind, finding.what);
    await load.gain(1);
  },
};
