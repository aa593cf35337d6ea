import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { type HeapInspector, heapInspector } from '../harness/heap-inspector.ts';
import { History } from '../harness/history.ts';
import { type Lab, openLab } from '../harness/lab.ts';
import { range } from '../harness/range.ts';
import { readMetric } from '../harness/read-metric.ts';
import type { Env, TestServer } from '../harness/server.ts';

const BODY = 'x'.repeat(8_000);
const KNOWN = 100;
/** 20 MB: more than the kernel's socket buffers and the server's buffer take together. */
const MISSED = 2_500;
/** The server's buffer for one subscriber: 2 MB of these. */
const BUFFER = 250;
const BOUND_BYTES = 5e6;

/** A frozen device does not answer pings either; what is tested is what it costs until it is given up for that. */
const patient: Env = { SOCKET_KEEP_ALIVE_MS: '120000' };

/** Somebody freezes while messages pour in that another reads; what the server of both holds on to for that. */
async function freeze(t: TestContext, here: TestServer, there: TestServer, heap: HeapInspector) {
  const cleo = await connect(t, here);
  const ada = await connect(t, there, { role: 'AGENT', name: 'Ada' });
  const stu = await connect(t, there, { role: 'AGENT', name: 'Stu' });
  const history = new History(await cleo.start());
  const pour = async (count: number) => {
    const stream = async () => {
      for (let n = 0; n < count / 50; n++) await history.send(cleo, BODY);
    };
    await Promise.all(range(1, 50).map(stream));
  };
  const lively = ada.follow(history.conversationId, 0);
  const frozen = stu.follow(history.conversationId, 0);
  await frozen.caughtUp();
  await pour(KNOWN);
  for (const frames of [lively, frozen]) await frames.seq(KNOWN);
  const before = await heap.liveBytes();
  stu.stall();
  await pour(MISSED);
  await lively.seq(KNOWN + MISSED);
  const growth = (await heap.liveBytes()) - before;
  return { history, lively, frozen, thaw: () => stu.resume(), growth };
}

describe('D6: bounded', () => {
  const forms: Record<string, (lab: Lab, env: Env) => Promise<TestServer[]>> = {
    'one process': async (lab, env) => [await lab.startProcess({ ...env, REDIS_URL: '' })],
    'two processes on Redis': (lab, env) => Promise.all([lab.startInProcess(), lab.startProcess(env)]),
  };
  for (const [form, start] of Object.entries(forms)) {
    test(`D6: a reader that stops reading costs bounded memory and nobody else anything, and misses nothing, ${form}`, async (t) => {
      const lab = await openLab(t);
      const heap = await heapInspector();
      const servers = await start(lab, { ...heap.env, ...patient, FOLLOW_BUFFER_MAX: String(BUFFER) });
      const there = servers.at(-1)!;
      const { history, lively, frozen, thaw, growth } = await freeze(t, servers[0]!, there, heap);
      assert.ok(growth < BOUND_BYTES, `${(growth / 1e6).toFixed(1)} MB`);
      assert.ok((await readMetric(there, 'parley_resyncs_total', { reason: 'slow reader' })) > 0);
      assert.ok(frozen.seqs.length < KNOWN + MISSED, 'it was not frozen');
      thaw();
      // It is told again that it has caught up, because it was served from PostgreSQL again.
      await frozen.caughtUp();
      await history.judge(lab.database, { lively: { frames: lively }, frozen: { frames: frozen } });
    });
  }

  test('D6: without the bound the same would be seen to cost memory', async (t) => {
    const lab = await openLab(t);
    const heap = await heapInspector();
    const env = { ...heap.env, ...patient, FOLLOW_BUFFER_MAX: '1000000', REDIS_URL: '' };
    const server = await lab.startProcess(env);
    const { growth } = await freeze(t, server, server, heap);
    assert.ok(growth > 1.5 * BOUND_BYTES, `${(growth / 1e6).toFixed(1)} MB`);
  });
});
