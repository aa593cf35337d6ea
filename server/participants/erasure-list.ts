import { type FileHandle, open, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { recordAudit } from '../audit-log/record-audit.ts';
import { type Config, ConfigError } from '../config.ts';
import { type Db, inTx } from '../db.ts';
import { repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import { endPerson } from './end-person.ts';
import { DELETED_NAME } from './participant.ts';

/**
 * The deletions of participants, kept apart from the database (ERASURE_LIST): a backup from before a deletion knows nothing of
 * it. Whoever is in the list and not deleted was brought back by a restore, and is deleted again before anybody is served.
 * A line for each, with what the table erasure knows: ids, times, and a keyed hash. Several processes may share a file, or
 * have one each; lines that come twice do no harm.
 */
export type ErasureList = {
  /** Deletes again whom a restore has brought back; then keeps the list up to date. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Now; what cannot be written is tried again at the next look. */
  write(): Promise<void>;
};

type Parts = { db: Db; config: Config; log: Log; onError: (error: unknown) => void };

const lineShape = z.object({
  participantId: z.uuid(),
  identity: z.base64(),
  requestedAt: z.coerce.date(),
  requestedById: z.uuid(),
  tokensValidFrom: z.coerce.date(),
});
type Entry = z.output<typeof lineShape>;

/** Of two deletions the one that was requested later may be committed first: longer than a transaction may take. */
const OVERLAP_MS = 60_000;

export function createErasureList({ db, config, log, onError }: Parts): ErasureList {
  const path = config.ERASURE_LIST;
  if (path === undefined) return { start: async () => {}, stop: async () => {}, write: async () => {} };
  const listed = new Set<string>();
  let file: FileHandle | undefined;
  let newest = OVERLAP_MS;
  let writing: Promise<void> = Promise.resolve();

  /** What is new in the table, at the end of the file and on the disk. */
  async function append(): Promise<void> {
    const erasures = await readErasures(db, new Date(newest - OVERLAP_MS));
    const entries = erasures.filter(({ participantId }) => !listed.has(participantId));
    if (entries.length === 0) return;
    await file!.appendFile(entries.map(toLine).join(''));
    await file!.datasync();
    for (const { participantId, requestedAt } of entries) {
      listed.add(participantId);
      newest = Math.max(newest, requestedAt.getTime());
    }
  }
  const write = () => {
    writing = writing.then(append).catch(onError);
    return writing;
  };
  const looking = repeat({ intervalMs: config.ERASURE_INTERVAL_MS, enabled: true, onError }, write);

  return {
    write,
    async start() {
      const { entries, broken, endsInLine } = await readList(path);
      if (broken > 0) log.warn({ path, broken }, 'the erasure list has lines that are not whole: a process died there');
      for (const entry of entries) {
        listed.add(entry.participantId);
        if (await deleteAgain(db, entry))
          log.warn(
            { participantId: entry.participantId },
            'a participant whom a restore brought back is deleted again',
          );
      }
      file = await open(path, 'a').catch((error) => cannotUse(path, error));
      if (!endsInLine) await file.appendFile('\n');
      await write();
      looking.start();
    },
    async stop() {
      await looking.stop();
      await writing;
      await file?.close();
    },
  };
}

export async function readErasures(db: Db, from: Date): Promise<Entry[]> {
  const rows = await db.erasure.findMany({
    where: { requestedAt: { gte: from } },
    orderBy: [{ requestedAt: 'asc' }, { participantId: 'asc' }],
    include: { participant: { select: { tokensValidFrom: true } } },
  });
  return rows.map(({ participantId, identity, requestedAt, requestedById, participant }) => ({
    participantId,
    identity: Buffer.from(identity).toString('base64'),
    requestedAt,
    requestedById,
    tokensValidFrom: participant.tokensValidFrom ?? requestedAt,
  }));
}

export const toLine = (entry: Entry): string => `${JSON.stringify(entry)}\n`;

async function readList(path: string) {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? '' : cannotUse(path, error),
  );
  const lines = text.split('\n').filter((line) => line !== '');
  const entries = lines.flatMap((line) => lineShape.safeParse(parse(line)).data ?? []);
  return { entries, broken: lines.length - entries.length, endsInLine: text === '' || text.endsWith('\n') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cannotUse(path: string, { code, message }: NodeJS.ErrnoException): never {
  throw new ConfigError(`ERASURE_LIST is "${path}": it cannot be used (${code ?? message}). Choose another file.`);
}

/** Also whoever the backup has never heard of: their tokens from before stay refused. False: there was nothing to do. */
async function deleteAgain(db: Db, { participantId: id, identity: hash, ...ending }: Entry): Promise<boolean> {
  const identity = new Uint8Array(Buffer.from(hash, 'base64'));
  const known = await db.participant.findUnique({ where: { id }, select: { deletedAt: true } });
  if (known?.deletedAt) return false;
  await inTx(db, async (tx) => {
    if (!known)
      await tx.participant.createMany({
        data: { id, externalId: `deleted again:${id}`, name: DELETED_NAME, role: 'CUSTOMER' },
        skipDuplicates: true,
      });
    // Whoever asked for it may have come after the backup, too.
    const asked = await tx.participant.count({ where: { id: ending.requestedById } });
    await endPerson(tx, id, { ...ending, identity, requestedById: asked ? ending.requestedById : id });
    await recordAudit(tx, { action: 'PARTICIPANT_DELETED', actorId: null, participantId: id, reference: 'restored' });
  });
  return true;
}
