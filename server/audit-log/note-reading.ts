import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import { upTo } from '../up-to.ts';
import { recordAudit } from './record-audit.ts';

/**
 * Agents and managers may read conversations that they are not members of; this notes that they did. Once per reader and
 * conversation in a while: a screen that asks again every few seconds is one look.
 */
export type NoteReading = (viewer: Viewer, conversationId: string, isMember: boolean) => Promise<void>;

const MAX_REMEMBERED = 50_000;

export function createNoteReading({ db, config }: { db: Db; config: Config }): NoteReading {
  const noted = new LRUCache<string, true>({ ...upTo(MAX_REMEMBERED), ttl: config.AUDIT_READING_INTERVAL_MS });
  return async function noteReading(viewer, conversationId, isMember) {
    const key = viewer.id + conversationId;
    if (isMember || !isStaff(viewer) || noted.has(key)) return;
    await recordAudit(db, { action: 'CONVERSATION_READ', actorId: viewer.id, conversationId });
    noted.set(key, true);
  };
}
