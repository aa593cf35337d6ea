import { z } from 'zod';
import { count, ms } from './config-kinds.ts';

/** What is sealed, exported and erased: a part of config.ts. */
export const privacyFields = {
  ENCRYPTION_KEYS: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Keys that seal what people write at rest: `NAME:KEY`, a key being 32 bytes in base64; several comma-separated, the first seals from now on. Without it nothing is sealed. Never lose one that is in use.',
    ),
  ERASURE_LIST: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File in which deletions of participants are kept apart from the database, ids and keyed hashes only. At its start a server deletes again whom a restored backup has brought back. Keep it where a restore does not reach it.',
    ),
  EXPORTS_AT_ONCE: count(2).describe(
    'Exports of participants’ data under way at once, per process: each reads as fast as it is taken.',
  ),
  ERASURE_BATCH: count(200).describe(
    'Most messages of a deleted participant that one transaction erases: the conversation is locked for some 30 ms.',
  ),
  ERASURE_INTERVAL_MS: ms(5_000).describe(
    'How often each process looks for deletions that another did not finish, in ms; its own it begins at once.',
  ),
  ERASURE_LEASE_MS: ms(30_000).describe(
    'How long a process has a deletion to itself without a sign of life, in ms; then another goes on.',
  ),
} as const;
