import { isCanary } from '../canary-participants.ts';
import type { Config } from '../config.ts';
import { notAMember } from '../conversations/access-conversation.ts';
import type { Member } from '../conversations/conversation.ts';
import type { Db } from '../db.ts';
import { badInput, isDatabaseAway, isWorthRepeating, notFound, unavailable } from '../errors.ts';
import type { MomentKeeper } from '../journeys/keep-moments.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import { isPlausible } from '../telemetry/measure.ts';
import { countReceipts, recordReceipt } from '../telemetry/message-trace.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createWriteGroups, LOCKED, lockWaitMs } from '../write-groups.ts';
import type { ReceiptBroadcast } from './broadcast-receipts.ts';
import { type AcknowledgeAnswer, type AcknowledgeRow, acknowledgeMessages } from './delivery-queries.ts';

/**
 * The path of a message: send-message → append-event → relay-outbox → bus → follow-conversation → [acknowledge].
 *
 * Raises the viewer's watermarks (D7), grouped like sends, and tells the others. A crash before the commit costs one
 * receipt, which the client's next one covers: watermarks say "up to here". A crash after it costs the broadcast, which
 * the head sweep makes up for.
 */
export type Acknowledgement = {
  readonly conversationId: string;
  readonly deliveredSeq: number;
  readonly readSeq: number;
};
export type Acknowledge = (viewer: Viewer, input: Acknowledgement) => Promise<Member>;

type Parts = {
  db: Db;
  config: Config;
  metrics: Metrics;
  receipts: ReceiptBroadcast;
  moments: Pick<MomentKeeper, 'received'>;
};
type Answer = Omit<AcknowledgeAnswer, 'outcome'> & { outcome: Exclude<AcknowledgeAnswer['outcome'], 'locked'> };

export function createAcknowledge({ db, config, metrics, receipts, moments }: Parts): Acknowledge {
  const groups = createWriteGroups<AcknowledgeRow, Answer>({
    maxGroup: config.SEND_GROUP_MAX,
    inFlight: 1,
    maxQueued: config.SEND_QUEUE_MAX,
    maxWaitMs: config.DATABASE_LOCK_TIMEOUT_MS,
    keyOf: ({ conversationId, participantId }) => conversationId + participantId,
    scopeOf: ({ conversationId }) => conversationId,
    isWorthRepeating,
    async write(rows, wait) {
      const answers = await acknowledgeMessages(db, rows, lockWaitMs(wait, config));
      return answers.map(({ outcome, ...answer }) => (outcome === 'locked' ? LOCKED : { outcome, ...answer }));
    },
  });

  function measureReceipt({ deliveredAges, deliveredSentAges, deliveredTraces }: Answer): void {
    metrics.receipts();
    for (const [i, ms] of (deliveredAges ?? []).entries()) {
      const traceparent = deliveredTraces?.[i] ?? null;
      metrics.commitToReceipt(ms, traceparent);
      const sinceSent = deliveredSentAges?.[i] ?? Number.NaN;
      if (isPlausible(sinceSent)) metrics.sentToReceipt(sinceSent, traceparent);
    }
  }

  function tellAll(viewer: Viewer, conversationId: string, answer: Answer): void {
    const { deliveredSeq, readSeq, deliveredFrom, readFrom, deliveredTraces, readTraces } = answer;
    receipts.raised(conversationId, viewer.id, { deliveredSeq, readSeq });
    moments.received({
      conversationId,
      participantId: viewer.id,
      delivered: [deliveredFrom, deliveredSeq],
      read: [readFrom, readSeq],
    });
    if (!isCanary(viewer)) measureReceipt(answer);
    countReceipts({ delivered: answer.deliveredCount ?? 0, read: answer.readCount ?? 0 });
    for (const traceparent of deliveredTraces ?? [])
      if (traceparent) recordReceipt(traceparent, conversationId, 'delivered');
    for (const traceparent of readTraces ?? []) if (traceparent) recordReceipt(traceparent, conversationId, 'read');
  }

  return async function acknowledge(viewer, { conversationId, deliveredSeq, readSeq }) {
    for (const [field, seq] of Object.entries({ deliveredSeq, readSeq })) {
      if (seq < 0) throw badInput(field, 'must be 0 or more.');
    }
    const answer = await groups
      .write({ conversationId, participantId: viewer.id, deliveredSeq, readSeq })
      .catch((error: unknown) => Promise.reject(isDatabaseAway(error) ? unavailable() : error));
    switch (answer.outcome) {
      case 'not found':
        throw notFound('conversation');
      case 'not a member':
        throw isStaff(viewer) ? notAMember() : notFound('conversation');
      case 'above head':
        throw badInput(readSeq > deliveredSeq ? 'readSeq' : 'deliveredSeq', 'is above the head of the conversation.');
    }
    const watermarks = { deliveredSeq: answer.deliveredSeq, readSeq: answer.readSeq };
    if (answer.changed) tellAll(viewer, conversationId, answer);
    return { conversationId, participantId: viewer.id, ...watermarks, joinedAt: answer.joinedAt, leftAt: null };
  };
}
