import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { ConfigError } from '../config.ts';
import type { Db, Tx } from '../db.ts';
import { upTo } from '../up-to.ts';
import { KEY_BYTES, openBytes, sealBytes } from './cipher.ts';
import type { KeyRing } from './key-ring.ts';
import { type StoredKey, storedKeyFields, takeKeys } from './sealing-queries.ts';

/**
 * Encryption at rest: what people write is sealed with a key of its writer in that conversation, which is itself sealed with a
 * key of the operator's ring. Erasing the writer's key erases their words wherever copies of the rows are. Without a ring
 * nothing is sealed; what was written before there was one stays plain and is read as ever.
 */
export type MemberKey = {
  readonly id: string;
  readonly secret: KeyObject;
  /** Of fingerprints (D2): whoever has only the rows can confirm no guess. */
  readonly fingerprintKey: KeyObject;
};
export type Writer = { readonly conversationId: string; readonly participantId: string };
/** Of a row that may be sealed. */
export type Sealed = { readonly keyId: string | null };

export type Sealing = ReturnType<typeof createSealing>;

/** Keys of those who write and are read, kept unsealed by this process: some 500 bytes each. */
const MAX_CACHED = 100_000;

type Parts = { db: Db; ring: KeyRing | undefined; onError: (error: unknown) => void };

export function createSealing({ db, ring, onError }: Parts) {
  // Takes its memory at once, which most installations have no use for.
  const max = ring ? MAX_CACHED : 1;
  const byId = new LRUCache<string, MemberKey>(upTo(max));
  const byWriter = new LRUCache<string, MemberKey>(upTo(max));

  function unwrap({ id, ringKey, wrapped }: StoredKey): MemberKey {
    const known = byId.get(id);
    if (known) return known;
    const secret = createSecretKey(ring!.unwrap(id, ringKey, wrapped));
    const fingerprintKey = createSecretKey(createHmac('sha256', secret).update('parley fingerprint').digest());
    const key = { id, secret, fingerprintKey };
    byId.set(id, key);
    return key;
  }

  function offer({ conversationId, participantId }: Writer): StoredKey {
    const id = uuidv7();
    const wrapped = ring!.wrap(id, randomBytes(KEY_BYTES));
    return { id, conversationId, participantId, ringKey: ring!.current, wrapped };
  }

  /** Makes those that there are none of yet. Once known, a key costs no statement any more. */
  async function learn(writers: readonly Writer[]): Promise<void> {
    const missing = new Map(writers.map((writer) => [nameOf(writer), writer]));
    for (const name of missing.keys()) if (byWriter.has(name)) missing.delete(name);
    if (missing.size === 0) return;
    for (const stored of await takeKeys(db, [...missing.values()].map(offer)))
      byWriter.set(nameOf(stored), unwrap(stored));
  }

  async function load(client: Db | Tx, ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !byId.has(id));
    if (missing.length === 0 || !ring) return;
    const stored = await client.sealingKey.findMany({ where: { id: { in: missing } }, select: storedKeyFields });
    for (const key of stored) unwrap(key);
  }

  /** What does not open was changed by somebody else: one text is missing then, and the rest goes on. */
  function open(key: MemberKey | undefined, place: string, text: string): string | null {
    try {
      return key ? openBytes(key.secret, place, Buffer.from(text, 'base64')).toString() : null;
    } catch (cause) {
      onError(new Error(`what is sealed of ${place} does not open`, { cause }));
      return null;
    }
  }

  return {
    isOn: ring !== undefined,

    /** The keys to write with, in order; undefined for who is no member, and for everybody while nothing is sealed. */
    async keysOf(writers: readonly Writer[]): Promise<(MemberKey | undefined)[]> {
      if (ring) await learn(writers);
      return writers.map((writer) => byWriter.get(nameOf(writer)));
    },

    async keyOf(writer: Writer): Promise<MemberKey | undefined> {
      if (ring) await learn([writer]);
      return byWriter.get(nameOf(writer));
    },

    /** place: the id of what it is the text of. */
    seal: (key: MemberKey, place: string, text: string): string =>
      sealBytes(key.secret, place, text).toString('base64'),

    /** Rows with their texts as they were written; null where the key is gone. Those without a key are plain. */
    async openAll<Row extends Sealed>(
      rows: readonly Row[],
      textOf: (row: Row) => { readonly place: string; readonly text: string | null },
      withText: (row: Row, text: string | null) => Row,
      /** In a transaction, its own. */
      client: Db | Tx = db,
    ): Promise<Row[]> {
      const ids = rows.flatMap(({ keyId }) => (keyId === null ? [] : [keyId]));
      if (ids.length === 0) return [...rows];
      await load(client, ids);
      return rows.map((row) => {
        const { place, text } = textOf(row);
        if (row.keyId === null || text === null) return row;
        return { ...withText(row, open(byId.get(row.keyId), place, text)), keyId: null };
      });
    },

    /** Undefined when it is gone. */
    async keyById(id: string): Promise<MemberKey | undefined> {
      await load(db, [id]);
      return byId.get(id);
    },

    /** Nothing can be read that a missing key has sealed: better not to start. */
    async check(): Promise<void> {
      for (let after = ''; ; ) {
        const next = await db.sealingKey.findFirst({
          where: { ringKey: { gt: after } },
          orderBy: [{ ringKey: 'asc' }, { id: 'asc' }],
          select: { ringKey: true },
        });
        if (!next) return;
        if (!ring?.names.has(next.ringKey))
          throw new ConfigError(
            `ENCRYPTION_KEYS lacks the key "${next.ringKey}", and messages are sealed with it. Add it again, or run \`npm run rotate-keys\` before you take it out.`,
          );
        after = next.ringKey;
      }
    },
  };
}

const nameOf = ({ conversationId, participantId }: Writer) => conversationId + participantId;
