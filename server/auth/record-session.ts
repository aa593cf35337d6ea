import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../db.ts';
import { isParticipantDeleted } from '../errors.ts';
import { detached } from '../telemetry/message-trace.ts';
import { upTo } from '../up-to.ts';
import { continueSession, noteSession } from './access-queries.ts';
import type { Grant } from './admit.ts';
import type { Device } from './device.ts';

/** Notes who was here, when and on what: one row per login. */
export type SessionRecorder = {
  /** At once, without waiting for the database. */
  seen(grant: Grant, device: Device): void;
  /** The second token followed the first on the same socket: one session. */
  continued(before: Grant, after: Grant): Promise<void>;
};

/** Written at most this often per session: "last seen" is good to the minute. */
const WRITE_INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 50_000;

export function createSessionRecorder({ db, onError }: { db: Db; onError: (error: unknown) => void }): SessionRecorder {
  const written = new LRUCache<string, true>({ ...upTo(MAX_REMEMBERED), ttl: WRITE_INTERVAL_MS });
  const bytes = (login: string) => new Uint8Array(Buffer.from(login, 'base64url'));

  async function write({ participantId, login, expiresAt }: Grant, device: Device): Promise<void> {
    const { description, ...rest } = device;
    await noteSession(db, {
      id: uuidv7(),
      participantId,
      login: bytes(login),
      expiresAt,
      device: description,
      ...rest,
    });
    await db.participant.updateMany({
      where: { id: participantId, deletedAt: null },
      data: { lastSeenAt: new Date() },
    });
  }

  return {
    seen(grant, device) {
      if (written.has(grant.login)) return;
      written.set(grant.login, true);
      detached(() => write(grant, device)).catch((error) => {
        written.delete(grant.login);
        if (!isParticipantDeleted(error)) onError(error);
      });
    },
    async continued(before, after) {
      const { participantId, login, expiresAt } = after;
      if (await continueSession(db, participantId, bytes(before.login), bytes(login), expiresAt))
        written.set(login, true);
    },
  };
}
