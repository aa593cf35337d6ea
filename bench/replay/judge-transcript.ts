import type { AddFinding, Finding } from './findings.ts';
import { judgeFollower } from './judge-follower.ts';
import { judgeFreshView } from './judge-fresh-view.ts';
import type { SentMessage, Transcript } from './transcript.ts';

/** Compares what was sent and acknowledged with what each participant's raw frames carried. Pure: no clock, no network. */
export function judgeTranscript(transcript: Transcript): Finding[] {
  const findings: Finding[] = [];
  const from =
    (witness: string): AddFinding =>
    (kind, what) =>
      findings.push({ kind, what: `${witness}: ${what}` });
  judgeAcknowledgements(transcript.sent, from('acknowledgements'));
  judgeFollower(transcript, 'customer', from('customer'));
  judgeFollower(transcript, 'agent', from('agent'));
  if (transcript.fresh) judgeFreshView(transcript, transcript.fresh, from('fresh query'));
  return findings;
}

/** Each message is sent after the one before was acknowledged, so their seqs must rise. */
function judgeAcknowledgements(sent: readonly SentMessage[], add: AddFinding): void {
  let highest = 0;
  for (const { id, seq } of sent) {
    if (seq === undefined) continue;
    if (seq <= highest) add('disordered', `message ${id} is seq ${seq}, the one before ${highest}`);
    highest = Math.max(highest, seq);
  }
}
