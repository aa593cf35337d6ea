import { type Finding, type FindingKind, findingKinds } from './findings.ts';
import { LatencyHistogram } from './latency-histogram.ts';

/** What is kept word for word of findings and failures; all are counted. */
const MAX_EXAMPLES = 20;

/** Everything that a run counts, in memory that does not grow with it. */
export class Tally {
  /** played: to the end of the attempt, those that failed included. */
  readonly dialogues = { started: 0, played: 0, failed: 0, skippedLines: 0 };
  /** received: MessagePosted frames, of the sender's own messages too. resent: came back as known already. */
  readonly messages = { sent: 0, acknowledged: 0, received: 0, resent: 0 };
  /** cuts: by us. lost: by anybody else. resumed: after either. */
  readonly connections = { cuts: 0, resumed: 0, lost: 0 };
  readonly refused = { rateLimited: 0, unavailable: 0 };
  readonly latency = {
    sendToAcknowledged: new LatencyHistogram(),
    commitToReceived: new LatencyHistogram(),
    sendToReceived: new LatencyHistogram(),
  };
  readonly findings = Object.fromEntries(findingKinds.map((kind) => [kind, 0])) as Record<FindingKind, number>;
  readonly examples: string[] = [];

  addFindings(dialogueId: string, findings: readonly Finding[]): void {
    for (const { kind, what } of findings) {
      this.findings[kind]++;
      this.#example(`dialogue ${dialogueId}: ${kind}: ${what}`);
    }
  }

  addFailure(dialogueId: string, why: string): void {
    this.dialogues.failed++;
    this.#example(`dialogue ${dialogueId} failed: ${why}`);
  }

  get clean(): boolean {
    return this.dialogues.failed === 0 && Object.values(this.findings).every((count) => count === 0);
  }

  #example(text: string): void {
    if (this.examples.length < MAX_EXAMPLES) this.examples.push(text);
  }
}
