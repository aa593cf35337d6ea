import { accessAsMember, mustNotBeClosed } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { badInput, conflict, forbidden, unavailable } from '../errors.ts';
import { changeConversation } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Viewer } from '../participants/participant.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { findMessage } from './find-message.ts';
import { type Message, messageFields } from './message.ts';

export type Edit = {
  readonly conversationId: string;
  readonly messageId: string;
  readonly body: string;
  readonly version: number;
};

/** Refused when the writer saw an older version than the stored one: they get the current message and may write on top of it. */
export async function editMessage(
  { db, relay, sealing }: { db: Db; relay: Relay; sealing: Sealing },
  viewer: Viewer,
  edit: Edit,
): Promise<Message> {
  const { conversationId, messageId, body, version } = edit;
  const key = await sealing.keyOf({ conversationId, participantId: viewer.id });
  return changeConversation({ db, relay }, conversationId, async (tx, append) => {
    const conversation = await accessAsMember(tx, viewer, conversationId);
    const current = await findMessage(tx, sealing, conversationId, messageId);
    if (current.senderId !== viewer.id) throw forbidden('Only its sender may edit a message.');
    if (current.version === version + 1 && current.body === body) return current; // this edit, repeated
    mustNotBeClosed(conversation);
    if (version > current.version) throw badInput('version', `is above the stored one (${current.version}).`);
    if (version < current.version || current.deletedAt) {
      throw conflict('The message was changed meanwhile. Look at its current state and edit that version.', {
        message: forClient(current),
      });
    }
    if (current.body === body) return current;
    // Became a member since the key was looked for.
    if (sealing.isOn && !key) throw unavailable();
    const sealed = key ? { body: sealing.seal(key, messageId, body), keyId: key.id } : { body };
    const stored = await tx.message.update({
      where: { id: messageId },
      data: { ...sealed, version: { increment: 1 }, editedAt: new Date() },
      select: messageFields,
    });
    const message: Message = { ...stored, body };
    await append({ kind: 'MESSAGE_EDITED', actorId: viewer.id, message });
    return message;
  });
}

/** In an error's extensions, where no resolver shapes it: only what the contract's Message has. */
const forClient = ({ senderId, ...message }: Message) => ({ ...message, sender: { id: senderId } });
