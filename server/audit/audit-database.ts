import type { Db, Tx } from '../db.ts';
import { type Claim, MAX_EXAMPLES, type RangeCheck, type Tally, type WholeCheck } from './check.ts';
import { conversationRanges } from './conversation-ranges.ts';
import { conversationStates } from './conversation-states.ts';
import { deletedParticipants, deletedWords } from './deleted-participants.ts';
import { durability } from './durability.ts';
import { logSeqs } from './log-seqs.ts';
import { logTimes } from './log-times.ts';
import { messageChanges } from './message-changes.ts';
import { messageIds } from './message-ids.ts';
import { messageRows } from './message-rows.ts';
import { outboxRows } from './outbox-rows.ts';
import { surveys } from './surveys.ts';
import { watermarks } from './watermarks.ts';

/** Taken together range by range, so that a range's pages are read from disk once. */
export const rangeChecks: readonly RangeCheck[] = [
  logSeqs,
  logTimes,
  messageRows,
  messageChanges,
  watermarks,
  conversationStates,
  surveys,
  deletedWords,
];

/** What the audit says about one claim. */
export type Verdict = Claim & { checked: number; findings: number; examples: string[] };

export type AuditParts = {
  /** Connected as the server connects. */
  readonly db: Db | Tx;
  /** Connected without settings of our own, see durability. */
  readonly plain: Db | Tx;
  readonly onProgress?: (conversations: number) => void;
};

/**
 * Proves the promises on what is stored, in statements of bounded size, while others write. Memory does not grow with the
 * database; time does: 12 s for each million messages, measured up to ten of them on two cores.
 */
export async function auditDatabase({ db, plain, onProgress }: AuditParts): Promise<Verdict[]> {
  const wholeChecks: readonly WholeCheck[] = [durability(plain), messageIds, outboxRows, deletedParticipants];
  const verdicts = new Map<string, Verdict>();
  for (const { claims } of [...rangeChecks, ...wholeChecks]) {
    for (const claim of claims) verdicts.set(claim.name, { ...claim, checked: 0, findings: 0, examples: [] });
  }
  const add = (tallies: readonly Tally[]) => {
    for (const { claim, checked, findings, examples } of tallies) {
      const verdict = verdicts.get(claim)!;
      verdict.checked += checked;
      verdict.findings += findings;
      verdict.examples.push(...examples.slice(0, MAX_EXAMPLES - verdict.examples.length));
    }
  };
  for (const check of wholeChecks) for await (const tallies of check.inspect(db)) add(tallies);
  let conversations = 0;
  for await (const range of conversationRanges(db)) {
    for (const check of rangeChecks) add(await check.inspect(db, range));
    conversations += range.ids.length;
    onProgress?.(conversations);
  }
  return [...verdicts.values()].sort((a, b) => a.promise.localeCompare(b.promise, 'en', { numeric: true }));
}
