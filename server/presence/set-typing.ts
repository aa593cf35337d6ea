import type { Config } from '../config.ts';
import { accessAsMember, mustNotBeClosed } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import type { Bus } from '../outbox/bus.ts';
import type { Viewer } from '../participants/participant.ts';

/** Straight to the bus, never stored: followers let it expire by themselves. */
export async function setTyping(
  { db, bus, config }: { db: Db; bus: Bus; config: Config },
  viewer: Viewer,
  { conversationId, typing }: { conversationId: string; typing: boolean },
): Promise<{ expiresAt: Date | null }> {
  mustNotBeClosed(await accessAsMember(db, viewer, conversationId));
  // With the bus away typing is not shown; nothing else depends on it.
  await bus
    .publish(`conversation:${conversationId}`, { type: 'typing', conversationId, participantId: viewer.id, typing })
    .catch(() => {});
  return { expiresAt: typing ? new Date(Date.now() + config.TYPING_TTL_MS) : null };
}
