import type { Connection } from './connection.ts';
import type { ConversationState } from './fold.ts';
import {
  addParticipantMutation,
  assignConversationMutation,
  closeConversationMutation,
  moveConversationMutation,
  removeParticipantMutation,
  reopenConversationMutation,
  setTypingMutation,
  submitSurveyMutation,
} from './operations.ts';
import { request } from './request.ts';
import type { Survey, SurveyAnswers } from './types.ts';
import { createTypingSignal } from './typing-signal.ts';

/** Each resolves when the server has done it and rejects with a ParleyError; what it changed arrives by the stream. */
export interface ConversationActions {
  setTyping(typing: boolean): void;
  /** Agents: claims the conversation, or hands it to another agent. */
  assign(agentId?: string): Promise<void>;
  /** Agents: puts the conversation into another queue of the desk; null: into none. */
  move(queue: string | null): Promise<void>;
  /** By the host application's id (the token's `sub`). */
  addParticipant(externalId: string): Promise<void>;
  /** By default the viewer leaves. */
  removeParticipant(participantId?: string): Promise<void>;
  close(): Promise<void>;
  reopen(): Promise<void>;
  /** rating: 1 (very bad) to 5 (very good). `more`: what the form (`surveyForm`) asks besides. */
  submitSurvey(rating: number, comment?: string, more?: SurveyAnswers): Promise<void>;
}

export function conversationActions(
  connection: Connection,
  conversationId: string,
  change: (fold: (state: ConversationState) => ConversationState) => void,
): ConversationActions {
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
    async assign(agentId) {
      await run(assignConversationMutation, { agentId });
    },
    async move(queue) {
      await run(moveConversationMutation, { queue });
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
    async submitSurvey(rating, comment, more) {
      const { submitSurvey } = await run<{ submitSurvey: { survey: Survey } }>(submitSurveyMutation, {
        rating,
        comment,
        ...more,
      });
      change((state) => ({ ...state, survey: submitSurvey.survey }));
    },
  };
}
