import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../db.ts';
import { detached } from '../telemetry/message-trace.ts';

/** What a login comes from, as far as the client tells. */
export type Device = { readonly description: string | null; readonly platform: string | null };

/** Notes who was here, when and on what: one row per login and device. */
export type SessionRecorder = { seen(participantId: string, token: string, device: Device): void };

/** Written at most this often per session: "last seen" is good to the minute. */
const WRITE_INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 50_000;
const MAX_TEXT = 200;

export function createSessionRecorder({ db, onError }: { db: Db; onError: (error: unknown) => void }): SessionRecorder {
  const written = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: WRITE_INTERVAL_MS });

  async function write(
    participantId: string,
    loginKey: Uint8Array<ArrayBuffer>,
    { description, platform }: Device,
  ): Promise<void> {
    const now = new Date();
    await db.session.upsert({
      where: { participantId_loginKey: { participantId, loginKey } },
      create: { id: uuidv7(), participantId, loginKey, device: description, platform },
      update: { lastSeenAt: now },
      select: { id: true },
    });
    await db.participant.update({ where: { id: participantId }, data: { lastSeenAt: now }, select: { id: true } });
  }

  return {
    seen(participantId, token, device) {
      const key = `${participantId} ${token} ${device.description}`;
      if (written.has(key)) return;
      written.set(key, true);
      // The token itself must not be found in the database; its hash tells logins apart.
      const loginKey = new Uint8Array(createHash('sha256').update(key).digest());
      detached(() => write(participantId, loginKey, device)).catch((error) => {
        written.delete(key);
        onError(error);
      });
    },
  };
}

const platforms: [name: string, pattern: RegExp][] = [
  ['iOS', /iPhone|iPad|iPod/],
  ['Android', /Android/],
  ['ChromeOS', /CrOS/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['Linux', /Linux/],
  ['Node.js', /^node/i],
];

/** From what browsers send anyway; a client may describe itself better in its connection's parameters. */
export function deviceOf(headers: IncomingHttpHeaders, described?: unknown): Device {
  const own = typeof described === 'object' && described !== null ? (described as Record<string, unknown>) : {};
  const agent = headers['user-agent'] ?? '';
  const hint = headers['sec-ch-ua-platform'];
  const guessed = platforms.find(([, pattern]) => pattern.test(agent))?.[0];
  return {
    description: clean(own.description) ?? clean(agent),
    platform:
      clean(own.platform) ?? (typeof hint === 'string' ? clean(hint.replaceAll('"', '')) : null) ?? guessed ?? null,
  };
}

const clean = (value: unknown): string | null =>
  typeof value === 'string' && value !== ''
    ? value.toWellFormed().replaceAll('\0', '').slice(0, MAX_TEXT).toWellFormed()
    : null;
