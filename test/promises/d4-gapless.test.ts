import assert from 'node:assert/strict';
import { connect } from '../harness/actor.ts';
import type { Frames } from '../harness/frames.ts';
import { inEveryForm, startTopology } from '../harness/topology.ts';

const range = (from: number, through: number) => Array.from({ length: through - from + 1 }, (_, i) => from + i);

inEveryForm('D4: a subscriber sees each event once, in order, whatever position it starts from', async (t, form) => {
  const { first, last } = await startTopology(t, form);
  const cleo = await connect(t, first);
  const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
  const id = await cleo.start();
  await ada.claim(id); // events 1 and 2
  for (const n of range(3, 40)) await cleo.send(id, `message ${n}`);
  for (const afterSeq of [0, 1, 17, 39, 40]) {
    const frames = ada.follow(id, afterSeq);
    const { headSeq } = await frames.caughtUp();
    assert.equal(headSeq, 40);
    assert.deepEqual(frames.seqs, range(afterSeq + 1, 40));
    frames.stop();
  }
});

inEveryForm('D4: backlog and live events meet without a hole or a double while messages pour in', async (t, form) => {
  const { first, last } = await startTopology(t, form);
  const cleo = await connect(t, first);
  const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
  const id = await cleo.start();
  await ada.claim(id);
  const total = 600;
  const sending = (async () => {
    for (let n = 0; n < total; n += 20) await Promise.all(range(n, n + 19).map((i) => cleo.send(id, `message ${i}`)));
  })();
  const readers: Frames[] = [];
  for (let i = 0; i < 12; i++) {
    const frames = ada.follow(id, 0);
    readers.push(frames);
    await frames.caughtUp();
  }
  await sending;
  for (const frames of readers) {
    await frames.seq(total + 2);
    assert.deepEqual(frames.seqs, range(1, total + 2));
  }
});

inEveryForm('D4: a socket cut a hundred times under load resumes without a hole', async (t, form) => {
  const { first, last } = await startTopology(t, form);
  const cleo = await connect(t, first);
  const id = await cleo.start();
  const seen: number[] = [];
  let sending = true;
  const pouring = (async () => {
    while (sending) await Promise.all(range(1, 5).map((n) => cleo.send(id, `message ${n}`)));
  })();
  for (let cut = 0; cut < 100; cut++) {
    const device = await connect(t, last, { role: 'AGENT', name: 'Ada', sub: 'ada' });
    const frames = device.follow(id, seen.at(-1) ?? 0);
    const wanted = (seen.at(-1) ?? 0) + 1 + (cut % 7);
    await frames.seq(wanted);
    device.cut();
    await frames.end();
    seen.push(...frames.seqs);
  }
  sending = false;
  await pouring;
  assert.deepEqual(seen, range(1, seen.length));
  assert.ok(seen.length >= 100);
});
