import type { Db, Tx } from '../db.ts';

/** One sentence about the database that is either true or has findings. */
export type Claim = {
  /** What a report, an alert or a test calls it. */
  readonly name: string;
  /** The promise that breaks with it (delivery/SPEC.md). */
  readonly promise: 'D1' | 'D2' | 'D3' | 'D5' | 'D7' | 'D10' | 'rules';
  readonly says: string;
  /** A finding of an `error` means that a promise is broken; of a `warning`, that somebody should have a look. */
  readonly level: 'error' | 'warning';
};

/** What a look at a part of the database said about one claim. */
export type Tally = {
  readonly claim: string;
  /** Rows looked at. */
  readonly checked: number;
  readonly findings: number;
  /** A few findings in words; never message text. */
  readonly examples: readonly string[];
};

/** Conversations by id, both ends included. */
export type ConversationRange = { readonly first: string; readonly last: string };

/**
 * Claims about conversations, each of which can be judged on its own: the audit takes them range by range. An inspection is
 * one statement, so it sees one moment of the database and has no false findings while others write.
 */
export type RangeCheck = {
  readonly claims: readonly Claim[];
  inspect(db: Db | Tx, range: ConversationRange): Promise<Tally[]>;
};

/** Claims about the database as a whole, in as many parts as keep each statement short. */
export type WholeCheck = {
  readonly claims: readonly Claim[];
  inspect(db: Db | Tx): AsyncIterable<Tally[]>;
};

/** Statements return at most this many findings in words. */
export const MAX_EXAMPLES = 5;
