import { LRUCache } from 'lru-cache';
import type { Db } from '../db.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { Measure } from '../telemetry/measure.ts';
import { detached } from '../telemetry/message-trace.ts';
import { upTo } from '../up-to.ts';
import type { Conversation } from './conversation.ts';
import { readConduct } from './conversation-queries.ts';

/**
 * What managers of a support desk ask for, measured when it happens: how long customers wait for an agent and for an answer,
 * how long until they are helped, how much is written for it. Told after the commit, and waited for by nobody.
 */
export type SupportMeasure = {
  started(viewer: Viewer): void;
  /** It had waited; `conversation` as it was before. */
  claimed(viewer: Viewer, conversation: Pick<Conversation, 'createdAt'>): void;
  /** Somebody wrote a message. */
  wrote(viewer: Viewer, conversationId: string): void;
  closed(viewer: Viewer, conversation: Conversation): void;
  reopened(viewer: Viewer): void;
};

/** Conversations of which it is known that an agent has answered. */
const MAX_REMEMBERED = 20_000;

type Parts = { db: Db; measure: Measure; onError: (error: unknown) => void };

export function createSupportMeasure({ db, measure, onError }: Parts): SupportMeasure {
  const answered = new LRUCache<string, true>(upTo(MAX_REMEMBERED));
  const later = (work: () => Promise<void>) => detached(() => void work().catch(onError));
  const since = (time: Date, until = new Date()) => Math.max(0, until.getTime() - time.getTime());

  async function answeredFirst(viewer: Viewer, conversationId: string): Promise<void> {
    const { createdAt, byCustomer, answers, firstAnswerAt } = await readConduct(db, conversationId);
    if (byCustomer && answers === 1 && firstAnswerAt) measure.of(viewer).responded(since(createdAt, firstAnswerAt));
  }

  return {
    started: (viewer) => measure.of(viewer).conversation('started'),
    claimed: (viewer, { createdAt }) => measure.of(viewer).waited(since(createdAt)),
    wrote(viewer, conversationId) {
      if (!isStaff(viewer) || answered.has(conversationId)) return;
      answered.set(conversationId, true);
      later(() => answeredFirst(viewer, conversationId));
    },
    closed(viewer, { id, createdAt, closedAt }) {
      later(async () => {
        const { byCustomer, messages, answers } = await readConduct(db, id);
        measure.of(viewer).closed({ ms: since(createdAt, closedAt ?? undefined), messages });
        if (byCustomer && answers === 0) measure.of(viewer).conversation('abandoned');
      });
    },
    reopened: (viewer) => measure.of(viewer).conversation('reopened'),
  };
}
