import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FindingKind } from '../bench/replay/findings.ts';
import { judgeTranscript } from '../bench/replay/judge-transcript.ts';
import type { EventFrame, Stream, Transcript } from '../bench/replay/transcript.ts';

/** A checker that cannot fail proves nothing: each kind of fault, alone, must be found, and found as what it is. */
describe('the judge of a replayed dialogue', () => {
  test('has nothing to say about a healthy one', () => {
    assert.deepEqual(judgeTranscript(healthy()), []);
  });

  test('has nothing to say about streams that were cut and resumed', () => {
    const transcript = healthy();
    const [{ events }] = transcript.logs.agent.streams as [Stream];
    transcript.logs.agent.streams.splice(
      0,
      1,
      { afterSeq: 0, events: events.slice(0, 2) },
      { afterSeq: 2, events: [] },
      { afterSeq: 2, events: events.slice(2, 4) },
      { afterSeq: 4, events: events.slice(4) },
    );
    assert.deepEqual(judgeTranscript(transcript), []);
  });

  test('has nothing to say about a send whose answer was lost and whose message came', () => {
    const transcript = healthy();
    delete transcript.sent[1]!.seq;
    assert.deepEqual(judgeTranscript(transcript), []);
  });

  finds('a lost message', 'lost', (events) => void events.splice(3, 1));
  finds('a lost event that is no message', 'lost', (events) => void events.splice(0, 1));
  finds('a lost last event', 'lost', (events) => void events.pop());
  finds('a doubled message', 'doubled', (events) => void events.splice(4, 0, events[3]!));
  finds(
    'a message doubled under another seq',
    'doubled',
    (events) => {
      events[4] = { ...events[4]!, message: { ...events[3]!.message!, seq: 5 } };
    },
    ['doubled', 'lost'],
  );
  finds('two swapped messages', 'disordered', (events) => {
    [events[3], events[4]] = [events[4]!, events[3]!];
  });
  finds('a foreign message', 'unexpected', (events) => {
    events.push({ seq: 7, type: 'MessagePosted', message: { id: 'foreign', seq: 7, body: 'psst', senderId: 'C' } });
  });
  finds('an event that nobody made', 'unexpected', (events) => void events.push({ seq: 7, type: 'ParticipantLeft' }));
  finds('an altered body', 'altered', (events) => alter(events, { body: 'two!' }));
  finds('an erased body', 'altered', (events) => alter(events, { body: null }));
  finds('another sender', 'altered', (events) => alter(events, { senderId: 'C' }));
  finds('another seq inside the message', 'altered', (events) => alter(events, { seq: 9 }));
  finds(
    'a message elsewhere than acknowledged',
    'disordered',
    (events) => {
      const [first, second] = [events[3]!, events[4]!];
      events[3] = { ...first, message: { ...second.message!, seq: 4 } };
      events[4] = { ...second, message: { ...first.message!, seq: 5 } };
    },
    ['disordered', 'disordered'],
  );

  for (const side of ['customer', 'agent'] as const) {
    test(`finds a resumed stream that starts again below its position (${side})`, () => {
      const transcript = healthy();
      const { streams } = transcript.logs[side];
      const { events } = streams[0]!;
      streams.splice(0, 1, { afterSeq: 0, events: events.slice(0, 4) }, { afterSeq: 4, events: events.slice(2) });
      assert.deepEqual(kinds(transcript), ['doubled', 'doubled']);
    });

    test(`finds a resumed stream that skips what was never seen (${side})`, () => {
      const transcript = healthy();
      const { streams } = transcript.logs[side];
      const { events } = streams[0]!;
      streams.splice(0, 1, { afterSeq: 0, events: events.slice(0, 3) }, { afterSeq: 3, events: events.slice(4) });
      assert.deepEqual(kinds(transcript), ['lost']);
    });

    test(`finds what comes late, on a later subscription (${side})`, () => {
      const transcript = healthy();
      const { streams } = transcript.logs[side];
      const { events } = streams[0]!;
      const holed = [...events.slice(0, 2), ...events.slice(3)];
      streams.splice(0, 1, { afterSeq: 0, events: holed }, { afterSeq: 6, events: [events[2]!] });
      assert.deepEqual(kinds(transcript), ['disordered']);
    });

    test(`finds a receipt that never came (${side})`, () => {
      const transcript = healthy();
      transcript.logs[side].receipts.pop();
      assert.deepEqual(kinds(transcript), ['unread']);
    });

    test(`finds a receipt that went back (${side})`, () => {
      const transcript = healthy();
      const { receipts } = transcript.logs[side];
      const last = receipts.at(-1)!;
      receipts.push({ ...last, readSeq: last.readSeq - 1 }, last);
      assert.deepEqual(kinds(transcript), ['unread']);
    });

    test(`finds news of a stranger (${side})`, () => {
      const transcript = healthy();
      transcript.logs[side].mentioned.add('stranger');
      assert.deepEqual(kinds(transcript), ['unexpected']);
    });
  }

  test('finds two messages acknowledged with one seq', () => {
    const transcript = healthy();
    transcript.sent[2]!.seq = 4;
    assert.ok(kinds(transcript).includes('disordered'));
  });

  test('finds a fresh query that lacks, alters, adds or leaves unread', () => {
    const fresh = (change: (messages: Writable) => void) => {
      const transcript = healthy();
      change(transcript.fresh!.messages as Writable);
      return kinds(transcript);
    };
    type Writable = { id: string; seq: number; body: string | null; status: string }[];
    assert.deepEqual(
      fresh((messages) => messages.splice(1, 1)),
      ['lost'],
    );
    assert.deepEqual(
      fresh((messages) => Object.assign(messages[1]!, { body: 'zwei' })),
      ['altered'],
    );
    assert.deepEqual(
      fresh((messages) => Object.assign(messages[1]!, { status: 'DELIVERED' })),
      ['unread'],
    );
    assert.deepEqual(
      fresh((messages) => messages.push({ id: 'foreign', seq: 9, body: 'psst', status: 'READ' })),
      ['unexpected'],
    );
  });

  test('says nothing of losses when the dialogue broke off, and still finds doubles', () => {
    const transcript = { ...healthy(), fresh: undefined };
    const { events } = transcript.logs.customer.streams[0]!;
    events.splice(3);
    assert.deepEqual(kinds(transcript), []);
    events.push(events[0]!);
    assert.deepEqual(kinds(transcript), ['doubled']);
  });
});

function finds(
  what: string,
  kind: FindingKind,
  change: (events: EventFrame[]) => void,
  expected: FindingKind[] = [kind],
): void {
  for (const side of ['customer', 'agent'] as const) {
    test(`finds ${what} (${side})`, () => {
      const transcript = healthy();
      change(transcript.logs[side].streams[0]!.events);
      assert.deepEqual(kinds(transcript).sort(), expected.sort());
    });
  }
}

const alter = (events: EventFrame[], change: Partial<NonNullable<EventFrame['message']>>) => {
  events[3] = { ...events[3]!, message: { ...events[3]!.message!, ...change } };
};

const kinds = (transcript: Transcript) => judgeTranscript(transcript).map(({ kind }) => kind);

/** Joined, assigned, three messages, closed; everything seen and read by both. */
function healthy(): Transcript {
  const sent: Transcript['sent'][number][] = [
    { id: 'm1', from: 'customer', body: 'one', seq: 3 },
    { id: 'm2', from: 'agent', body: 'two', seq: 4 },
    { id: 'm3', from: 'customer', body: 'three', seq: 5 },
  ];
  const participants = { customer: 'C', agent: 'A' };
  const events = (): EventFrame[] => [
    { seq: 1, type: 'ParticipantJoined' },
    { seq: 2, type: 'ConversationChanged' },
    ...sent.map(({ id, from, body, seq }) => ({
      seq: seq!,
      type: 'MessagePosted',
      message: { id, seq: seq!, body, senderId: participants[from] },
    })),
    { seq: 6, type: 'ConversationChanged' },
  ];
  return {
    participants,
    sent,
    logs: {
      customer: {
        streams: [{ afterSeq: 0, events: events() }],
        receipts: [
          { participantId: 'C', deliveredSeq: 0, readSeq: 0 },
          { participantId: 'A', deliveredSeq: 3, readSeq: 3 },
          { participantId: 'A', deliveredSeq: 5, readSeq: 5 },
        ],
        mentioned: new Set(['A', 'C']),
      },
      agent: {
        streams: [{ afterSeq: 0, events: events() }],
        receipts: [{ participantId: 'C', deliveredSeq: 4, readSeq: 4 }],
        mentioned: new Set(['A', 'C']),
      },
    },
    ended: true,
    fresh: {
      headSeq: 6,
      messages: sent.map(({ id, seq, body }) => ({ id, seq: seq!, body, status: 'READ' })),
    },
  };
}
