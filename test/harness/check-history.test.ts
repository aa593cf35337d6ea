import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHistory, type History } from './check-history.ts';

/** Four events, three of them messages; b was sent twice because its first answer was lost; e was refused. */
const good: History = {
  attempts: [
    { id: 'a', body: 'first', outcome: 'acknowledged', seq: 1 },
    { id: 'b', body: 'second', outcome: 'unknown' },
    { id: 'b', body: 'second', outcome: 'acknowledged', seq: 3 },
    { id: 'c', body: 'third', outcome: 'unknown' },
    { id: 'd', body: 'never stored', outcome: 'unknown' },
    { id: 'e', body: 'too late', outcome: 'refused' },
  ],
  log: [
    { seq: 1, messageId: 'a', body: 'first', version: 1 },
    { seq: 2, messageId: null, body: null, version: null },
    { seq: 3, messageId: 'b', body: 'second', version: 1 },
    { seq: 4, messageId: 'c', body: 'third', version: 1 },
  ],
  devices: [
    { name: 'phone', afterSeq: 0, received: received([1, 'a'], [2, null], [3, 'b'], [4, 'c']) },
    { name: 'laptop', afterSeq: 2, received: received([3, 'b'], [4, 'c']) },
    // Its connection broke twice; the second time the client had not applied the last event that came.
    {
      name: 'tablet',
      brokenOff: [
        { afterSeq: 0, received: received([1, 'a'], [2, null]) },
        { afterSeq: 2, received: received([3, 'b']) },
      ],
      afterSeq: 2,
      received: received([3, 'b'], [4, 'c']),
    },
  ],
};

function received(...pairs: [seq: number, messageId: string | null][]) {
  return pairs.map(([seq, messageId]) => ({ seq, messageId }));
}

/** Its first subscription brought the first; the one that runs goes on after a position, to the end. */
const resumed = (afterSeq: number, ...first: [seq: number, messageId: string | null][]): Partial<History> => ({
  devices: [
    {
      name: 'tablet',
      brokenOff: [{ afterSeq: 0, received: received(...first) }],
      afterSeq,
      received: good.devices[0]!.received.filter(({ seq }) => seq > afterSeq),
    },
  ],
});

const onPhone = (...pairs: [seq: number, messageId: string | null][]): Partial<History> => ({
  devices: [{ name: 'phone', afterSeq: 0, received: received(...pairs) }],
});

test('the judge of histories finds nothing wrong with one in which every promise was kept', () => {
  assert.deepEqual(checkHistory(good), []);
});

/** Each breaks one promise, and must be found out by the words beside it. */
const broken: [finding: RegExp, change: Partial<History>][] = [
  [/a was acknowledged as 1 and is lost/, { log: good.log.slice(1).map((event, i) => ({ ...event, seq: i + 1 })) }],
  [/the log has 3 where 2 belongs/, { log: good.log.filter(({ seq }) => seq !== 2) }],
  [/a stands in the log twice/, { log: [...good.log, { seq: 5, messageId: 'a', body: 'first', version: 1 }] }],
  [/a was acknowledged as 1 and stands at 3/, { log: swapped(good.log, 0, 2) }],
  [/f is stored and nobody sent it/, { log: [...good.log, { seq: 5, messageId: 'f', body: 'foreign', version: 1 }] }],
  [/e was refused and is stored/, { log: [...good.log, { seq: 5, messageId: 'e', body: 'too late', version: 1 }] }],
  [/a has another body/, { log: good.log.map((event) => (event.seq === 1 ? { ...event, body: 'other' } : event)) }],
  [/phone never received 3/, onPhone([1, 'a'], [2, null], [4, 'c'])],
  [/phone never received 4/, onPhone([1, 'a'], [2, null], [3, 'b'])],
  [/phone received 2 twice/, onPhone([1, 'a'], [2, null], [2, null], [3, 'b'], [4, 'c'])],
  [/phone received 2 after 3/, onPhone([1, 'a'], [3, 'b'], [2, null], [4, 'c'])],
  [/phone received 5, which is not in the log/, onPhone([1, 'a'], [2, null], [3, 'b'], [4, 'c'], [5, 'f'])],
  [/phone received something else at 3/, onPhone([1, 'a'], [2, null], [3, 'f'], [4, 'c'])],
  [/tablet resumed after 2 and had received 1/, resumed(2, [1, 'a'])],
  [/tablet \(stream 1\) received 1 twice/, resumed(1, [1, 'a'], [1, 'a'])],
  [/tablet \(stream 1\) never received 2/, resumed(3, [1, 'a'], [3, 'b'])],
];

function swapped(log: History['log'], i: number, j: number): History['log'] {
  return log.map((event, at) => ({ ...log[at === i ? j : at === j ? i : at]!, seq: event.seq }));
}

for (const [finding, change] of broken) {
  test(`the judge of histories says of a broken one: ${finding.source}`, () => {
    const findings = checkHistory({ ...good, ...change });
    assert.ok(
      findings.some(({ what }) => finding.test(what)),
      `found instead: ${findings.map(({ what }) => what).join('; ') || 'nothing'}`,
    );
  });
}
