import { type AddFinding, lifecycleEvents } from './findings.ts';
import type { FreshView, Transcript } from './transcript.ts';

const lifecycleCount = Object.values(lifecycleEvents).reduce((sum, count) => sum + count, 0);

/** A query after the last event tells what the live events told (D10): every message, as sent, in order, read. */
export function judgeFreshView({ sent, ended }: Transcript, fresh: FreshView, add: AddFinding): void {
  const strangers = new Map(fresh.messages.map((message) => [message.id, message]));
  let head = lifecycleCount;
  for (const { id, body, seq } of sent) {
    const found = strangers.get(id);
    if (found || seq !== undefined) head++;
    if (!found) {
      if (seq !== undefined) add('lost', `message ${id}, acknowledged as seq ${seq}, is not stored`);
      continue;
    }
    strangers.delete(id);
    if (seq !== undefined && found.seq !== seq) {
      add('disordered', `message ${id} is seq ${found.seq}, acknowledged as ${seq}`);
    }
    if (found.body !== body) add('altered', `message ${id} has another body`);
    if (found.status !== 'READ') add('unread', `message ${id} is ${found.status}`);
  }
  for (const id of strangers.keys()) add('unexpected', `message ${id} was never sent here`);
  for (const [i, { seq }] of fresh.messages.entries()) {
    if (i > 0 && seq <= fresh.messages[i - 1]!.seq) add('disordered', `seq ${seq} stands after a later one`);
  }
  if (ended && fresh.headSeq !== head) add('unexpected', `the head is ${fresh.headSeq}, ${head} events belong here`);
}
