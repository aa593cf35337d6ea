import { otherSide, type Side } from './dialogue.ts';
import { type AddFinding, lifecycleEvents } from './findings.ts';
import type { EventFrame, Transcript } from './transcript.ts';

/** One participant, over all its subscriptions: every event once, in order, as sent; and the other side's receipts. */
export function judgeFollower(transcript: Transcript, side: Side, add: AddFinding): void {
  const seen = judgeEvents(transcript, side, add);
  judgeLifecycle(seen, add);
  judgeReceipts(transcript, side, add);
  if (transcript.fresh) judgeLosses(transcript, transcript.fresh.headSeq, seen, add);
}

type Seen = { readonly bySeq: Map<number, EventFrame>; readonly messageIds: Set<string> };

function judgeEvents({ logs, sent, participants }: Transcript, side: Side, add: AddFinding): Seen {
  const seen: Seen = { bySeq: new Map(), messageIds: new Set() };
  const sentById = new Map(sent.map((message) => [message.id, message]));
  let highest = 0;
  for (const { afterSeq, events } of logs[side].streams) {
    for (const event of events) {
      const { seq, message } = event;
      if (seen.bySeq.has(seq)) {
        add('doubled', `seq ${seq} came again, on a subscription after ${afterSeq}`);
        continue;
      }
      if (seq < highest) add('disordered', `seq ${seq} came after ${highest}`);
      else if (seq <= afterSeq) add('disordered', `seq ${seq} came on a subscription after ${afterSeq}`);
      highest = Math.max(highest, seq);
      seen.bySeq.set(seq, event);
      if (!message) continue;

      const known = sentById.get(message.id);
      if (!known) {
        add('unexpected', `message ${message.id} at seq ${seq} was never sent here`);
        continue;
      }
      if (seen.messageIds.has(known.id)) add('doubled', `message ${known.id} came again, as seq ${seq}`);
      else if (known.seq !== undefined && known.seq !== seq) {
        add('disordered', `message ${known.id} came as seq ${seq}, acknowledged as ${known.seq}`);
      }
      seen.messageIds.add(known.id);
      if (message.seq !== seq) add('altered', `message ${known.id} says seq ${message.seq} in the event of seq ${seq}`);
      if (message.body !== known.body) add('altered', `message ${known.id} at seq ${seq} has another body`);
      if (message.senderId !== participants[known.from]) {
        add('altered', `message ${known.id} at seq ${seq} has another sender`);
      }
    }
  }
  return seen;
}

/** More joins, changes, edits … than the play has made. That there are fewer is a loss, see judgeLosses. */
function judgeLifecycle({ bySeq }: Seen, add: AddFinding): void {
  const counts = new Map<string, number>();
  for (const { type } of bySeq.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  counts.delete('MessagePosted');
  for (const [type, count] of counts) {
    const expected = lifecycleEvents[type] ?? 0;
    if (count > expected) add('unexpected', `${count} ${type} events, ${expected} belong here`);
  }
}

function judgeReceipts({ participants, logs, sent, fresh }: Transcript, side: Side, add: AddFinding): void {
  const known = Object.values(participants);
  for (const id of logs[side].mentioned) {
    if (!known.includes(id)) add('unexpected', `news of participant ${id}, who is not in this conversation`);
  }
  const latest = new Map<string, { deliveredSeq: number; readSeq: number }>();
  for (const { participantId, ...marks } of logs[side].receipts) {
    const before = latest.get(participantId) ?? { deliveredSeq: 0, readSeq: 0 };
    if (marks.deliveredSeq < before.deliveredSeq || marks.readSeq < before.readSeq) {
      add('unread', `receipts of ${participantId} went back from ${words(before)} to ${words(marks)}`);
    }
    if (marks.readSeq > marks.deliveredSeq) add('unread', `receipts of ${participantId} are ${words(marks)}`);
    latest.set(participantId, marks);
  }
  const own = Math.max(0, ...sent.filter(({ from }) => from === side).map(({ seq }) => seq ?? 0));
  const read = latest.get(participants[otherSide(side)])?.readSeq ?? 0;
  if (fresh && read < own) add('unread', `own messages go up to seq ${own}, receipts say read up to ${read}`);
}

const words = (marks: { deliveredSeq: number; readSeq: number }) =>
  `delivered ${marks.deliveredSeq}, read ${marks.readSeq}`;

function judgeLosses({ sent }: Transcript, headSeq: number, { bySeq, messageIds }: Seen, add: AddFinding): void {
  const messageSeqs = new Set<number>();
  for (const { id, seq } of sent) {
    if (seq === undefined) continue;
    messageSeqs.add(seq);
    if (!messageIds.has(id)) add('lost', `message ${id}, acknowledged as seq ${seq}, never came`);
  }
  for (let seq = 1; seq <= headSeq; seq++) {
    if (!bySeq.has(seq) && !messageSeqs.has(seq)) add('lost', `the event at seq ${seq} never came`);
  }
}
