import type { Connection } from './connection.ts';
import type { ConversationState } from './fold.ts';
import {
  addParticipantMutation,
  assignConversationMutation,
  closeConversationMutation,
  deleteMessageMutation,
  editMessageMutation,
  removeParticipantMutation,
  reopenConversationMutation,
  setTypingMutation,
  submitSurveyMutation,
} from './operations.ts';
import type { ParleyError } from './parley-error.ts';
import { request } from './request.ts';
import type { Survey } from './types.ts';
import { createTypingSignal } from './typing-signal.ts';

/** Each resolves when the server has done it and rejects with a ParleyError; what it changed arrives by the stream. */
export interface ConversationActions {
  /** On top of the version that is shown; if somebody was faster, on top of theirs: the last writer wins. */
  edit(messageId: string, body: string): Promise<void>;
  delete(messageId: string): Promise<void>;
  setTyping(typing: boolean): void;
  /** Agents: claims the conversation, or hands it to another agent. */
  assign(agentId?: string): Promise<void>;
  /** By the host application's id (the token's `sub`). */
  addParticipant(externalId: string): Promise<void>;
  /** By default the viewer leaves. */
  removeParticipant(participantId?: string): Promise<void>;
  close(): Promise<void>;
  reopen(): Promise<void>;
  /** rating: 1 (very bad) to 5 (very good). */
  submitSurvey(rating: number, comment?: string): Promise<void>;
}

/** How often an edit is put on top of somebody else's before it counts as failed. */
const MAX_EDIT_CONFLICTS = 5;

interface Held {
  current(): ConversationState | null;
  change(fold: (state: ConversationState) => ConversationState): void;
}

export function conversationActions(connection: Connection, conversationId: string, held: Held): ConversationActions {
  async function run<T = unknown>(document: string, input: object = {}): Promise<T> {
    return request<T>(connection, document, () => ({ input: { conversationId, ...input } }));
  }

  const typing = createTypingSignal((isTyping) => {
    // Only worth saying now: nothing waits for a connection, and a failure is nobody's concern.
    if (connection.state.getSnapshot().status !== 'online') return;
    connection.attempt(setTypingMutation, { input: { conversationId, typing: isTyping } }).catch(() => {});
  });

  return {
    setTyping: typing.set,
    async edit(messageId, body) {
      const shown = held.current()?.messages.find(({ id }) => id === messageId);
      let version = shown?.version ?? 1;
      for (let conflicts = 0; ; conflicts++) {
        try {
          await run(editMessageMutation, { messageId, body, version });
          return;
        } catch (caught) {
          const error = caught as ParleyError;
          const theirs = error.details.message as { version?: unknown; deletedAt?: unknown } | undefined;
          const onTop = error.code === 'CONFLICT' && typeof theirs?.version === 'number' && !theirs.deletedAt;
          if (!onTop || conflicts >= MAX_EDIT_CONFLICTS) throw error;
          version = theirs.version as number;
        }
      }
    },
    async delete(messageId) {
      await run(deleteMessageMutation, { messageId });
    },
    async assign(agentId) {
      await run(assignConversationMutation, { agentId });
    },
    async addParticipant(externalId) {
      await run(addParticipantMutation, { externalId });
    },
    async removeParticipant(participantId) {
      await run(removeParticipantMutation, { participantId });
    },
    async close() {
      await run(closeConversationMutation);
    },
    async reopen() {
      await run(reopenConversationMutation);
    },
    async submitSurvey(rating, comment) {
      const { submitSurvey } = await run<{ submitSurvey: { survey: Survey } }>(submitSurveyMutation, {
        rating,
        comment,
      });
      held.change((state) => ({ ...state, survey: submitSurvey.survey }));
    },
  };
}
