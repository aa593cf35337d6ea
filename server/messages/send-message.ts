import type { Span } from '@opentelemetry/api';
import type { Config } from '../config.ts';
import { notAMember } from '../conversations/access-conversation.ts';
import type { SupportMeasure } from '../conversations/measure-support.ts';
import type { Db } from '../db.ts';
import { ChatError, conversationClosed, isDatabaseAway, isWorthRepeating, notFound, unavailable } from '../errors.ts';
import type { OutboxEntry } from '../outbox/append-event.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { MemberKey, Sealing } from '../sealing/sealing.ts';
import type { Measure } from '../telemetry/measure.ts';
import { endCreate, endSpan, startCreate, startDatabaseWrite, toTraceparent } from '../telemetry/message-trace.ts';
import { noteDuplicate } from '../telemetry/repair-trace.ts';
import { createWriteGroups, LOCKED, lockWaitMs } from '../write-groups.ts';
import { createFingerprints } from './fingerprints.ts';
import { createSendLimits, takenId } from './limit-sends.ts';
import type { Message } from './message.ts';
import { readMessage, type SendRow, type StoredSend, sendMessages } from './message-queries.ts';

/**
 * The path of a message: [send-message] → append-event → relay-outbox → bus → follow-conversation → acknowledge.
 *
 * Stores a message in one statement together with all others that arrive at the same moment (send_messages(), which also
 * authorises), answers when it is committed, and hands it to the relay. A crash before the commit leaves nothing: the
 * client's retry with the same id stores it. A crash after it: the retry finds it (D2), and the sweep publishes it (D5).
 */
export type NewMessage = {
  readonly id: string;
  readonly conversationId: string;
  readonly body: string;
  readonly sentAt: Date | null;
};
export type SendMessage = (viewer: Viewer, input: NewMessage) => Promise<{ message: Message; duplicate: boolean }>;

type Job = { readonly row: SendRow; readonly span: Span };
type Parts = {
  db: Db;
  config: Config;
  limits: RateLimits;
  relay: Relay;
  fingerprintKey: Uint8Array;
  measure: Measure;
  sealing: Sealing;
  support: Pick<SupportMeasure, 'wrote'>;
};

export function createSendMessage(parts: Parts) {
  const { db, config, limits, relay, fingerprintKey, measure, sealing, support } = parts;
  const fingerprints = createFingerprints({ fingerprintKey, sealing });
  const sendLimits = createSendLimits({ db, limits, sealing, fingerprints });

  const groups = createWriteGroups<Job, Stored>({
    maxGroup: config.SEND_GROUP_MAX,
    inFlight: config.SEND_GROUPS_IN_FLIGHT,
    maxQueued: config.SEND_QUEUE_MAX,
    maxWaitMs: config.DATABASE_LOCK_TIMEOUT_MS,
    keyOf: ({ row }) => row.id,
    scopeOf: ({ row }) => row.conversationId,
    isWorthRepeating,
    async write(jobs, wait) {
      const endWrite = startDatabaseWrite(
        jobs.map(({ span }) => span),
        'send_messages',
      );
      try {
        const rows = await seal(jobs.map(({ row }) => row));
        const answers = await sendMessages(db, rows, lockWaitMs(wait, config));
        endWrite();
        measure.sendGroup(jobs.length);
        const entries: OutboxEntry[] = [];
        const results = answers.map((answer, i): Stored | typeof LOCKED => {
          const { row } = jobs[i]!;
          if (answer.outcome === 'locked') return LOCKED;
          if (answer.outcome !== 'stored') return { outcome: answer.outcome };
          const message = toMessage(row, answer.seq!, answer.createdAt!);
          entries.push({ outboxId: answer.outboxId!, event: posted(message, row.traceparent) });
          return { outcome: 'stored', message };
        });
        if (entries.length > 0) relay.handOver(entries);
        return results;
      } catch (error) {
        endWrite(error);
        throw error;
      }
    },
  });

  const sendMessage: SendMessage = async (viewer, input) => {
    const acceptedAt = performance.now();
    const measured = measure.of(viewer);
    const span = startCreate({ conversationId: input.conversationId, messageId: input.id });
    try {
      const row = {
        ...input,
        senderId: viewer.id,
        traceparent: toTraceparent(span),
      };
      const beyond = sendLimits.admit(viewer, row);
      if (beyond) {
        const retried = await beyond;
        measured.send('duplicate');
        noteDuplicate(span);
        endSpan(span);
        return { message: retried, duplicate: true };
      }
      const stored = await groups.write({ row, span });
      if (stored.outcome === 'stored') {
        sendLimits.stored(row);
        // createdAt was taken before the commit, so it is not the end of the way.
        const tookMs = performance.now() - acceptedAt;
        measured.sendStored(input.id, tookMs, input.sentAt, new Date());
        endCreate(span, tookMs);
        support.wrote(viewer, row.conversationId);
        return { message: stored.message, duplicate: false };
      }
      if (stored.outcome === 'duplicate' || (stored.outcome === 'conflict' && (await wasSealedOtherwise(row)))) {
        sendLimits.wasDuplicate(viewer);
        measured.send('duplicate');
        noteDuplicate(span);
        endSpan(span);
        return { message: await readMessage(db, sealing, input.id), duplicate: true };
      }
      throw refusal(stored.outcome, viewer);
    } catch (error) {
      measured.send(error instanceof ChatError && error.code !== 'UNAVAILABLE' ? 'refused' : 'failed');
      endSpan(span, error);
      throw isDatabaseAway(error) ? unavailable() : error;
    }
  };

  /** With their senders' keys, where messages are sealed; all that are not known yet come of one statement. */
  async function seal(rows: readonly SendRow[]): Promise<StoredSend[]> {
    const writerOf = ({ conversationId, senderId: participantId }: SendRow) => ({ conversationId, participantId });
    const keys: (MemberKey | undefined)[] = sealing.isOn ? await sealing.keysOf(rows.map(writerOf)) : [];
    return rows.map((row, i) => {
      const key = keys[i];
      const body = key ? sealing.seal(key, row.id, row.body) : sealing.isOn ? null : row.body;
      return { ...row, body, keyId: key?.id ?? null, fingerprint: fingerprints.of(row.body, key) };
    });
  }

  /** The statement compares with the fingerprint under the key of now; a message from before may have another. */
  async function wasSealedOtherwise(row: SendRow): Promise<boolean> {
    return sealing.isOn && (await sendLimits.retried(row)) !== undefined;
  }

  /** idle: resolves when no send is under way, for a graceful stop. */
  return { sendMessage, idle: groups.idle };
}

type Refusal = 'conflict' | 'not found' | 'not a member' | 'closed';
type Stored = { readonly outcome: 'stored'; readonly message: Message } | { readonly outcome: 'duplicate' | Refusal };

function refusal(outcome: Refusal, viewer: Viewer): ChatError {
  if (outcome === 'conflict') return takenId();
  if (outcome === 'closed') return conversationClosed();
  return outcome === 'not a member' && isStaff(viewer) ? notAMember() : notFound('conversation');
}

const toMessage = ({ id, conversationId, senderId, body, sentAt }: SendRow, seq: number, createdAt: Date): Message => ({
  id,
  conversationId,
  seq,
  senderId,
  body,
  version: 1,
  sentAt,
  createdAt,
  editedAt: null,
  deletedAt: null,
});

const posted = (message: Message, traceparent: string | null): OutboxEntry['event'] => ({
  kind: 'MESSAGE_POSTED',
  conversationId: message.conversationId,
  seq: message.seq,
  at: message.createdAt,
  actorId: message.senderId,
  participantId: null,
  formerId: null,
  change: null,
  message,
  traceparent,
});
