import type { Connection } from './connection.ts';
import {
  deleteMessageMutation,
  editMessageMutation,
  sendMessageMutation,
  startConversationMutation,
} from './operations.ts';
import type { ParleyError } from './parley-error.ts';
import type { EditEntry, QueueEntry } from './queue-entry.ts';
import type { WireMessage } from './types.ts';

/** An edit that came second: somebody else, or another device, has changed the message since the writer saw it. */
export interface EditConflict {
  readonly conversationId: string;
  readonly messageId: string;
  /** What was written here, on top of which version, and when (RFC 3339). */
  readonly mine: { readonly body: string; readonly version: number; readonly at: string };
  /** What the server has. */
  readonly theirs: { readonly body: string; readonly version: number; readonly editedAt: string | null };
}

/**
 * `'overwrite'`: mine is written on top (the last writer wins). Or a function that is given both and answers, now or later,
 * the body to write (mine, or a merged one), or null to keep theirs. What waits behind it in that conversation waits on.
 */
export type OnEditConflict = 'overwrite' | ((conflict: EditConflict) => string | null | Promise<string | null>);

/** One try. Resolves with the message as the server has it now; null for a started conversation. */
export async function attemptEntry(connection: Connection, entry: QueueEntry): Promise<WireMessage | null> {
  const { kind, conversationId } = entry;
  const run = async (document: string, input: object, traceparent?: string) => {
    const answer = await connection.attempt<Record<string, { message?: WireMessage }>>(
      document,
      { input },
      traceparent,
    );
    return Object.values(answer)[0]?.message ?? null;
  };
  switch (kind) {
    case 'start':
      return run(startConversationMutation, { id: conversationId, ...entry.input });
    case 'send': {
      const { id, body, traceparent } = entry;
      return run(sendMessageMutation, { id, conversationId, body, sentAt: connection.now() }, traceparent);
    }
    case 'edit': {
      const { messageId, body, version } = entry;
      return run(editMessageMutation, { conversationId, messageId, body, version });
    }
    case 'delete':
      return run(deleteMessageMutation, { conversationId, messageId: entry.messageId });
  }
}

/**
 * The edit to try next; null when theirs is to stay. Throws the conflict when there is nothing left to write on.
 */
export async function resolveConflict(
  entry: EditEntry,
  error: ParleyError,
  onEditConflict: OnEditConflict,
): Promise<EditEntry | null> {
  const theirs = error.details.message as Partial<WireMessage> | undefined;
  const { version, body, editedAt = null } = theirs ?? {};
  if (typeof version !== 'number' || typeof body !== 'string') throw error;
  if (onEditConflict === 'overwrite') return { ...entry, version };
  const answer = await onEditConflict({
    conversationId: entry.conversationId,
    messageId: entry.messageId,
    mine: { body: entry.body, version: entry.version, at: entry.createdAt },
    theirs: { body, version, editedAt },
  });
  return answer === null ? null : { ...entry, body: answer, version };
}
