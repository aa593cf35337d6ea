import type { OnEditConflict } from './attempt-entry.ts';
import type { Connection } from './connection.ts';
import type { Kept } from './kept.ts';
import { ParleyError } from './parley-error.ts';
import {
  type Failure,
  isChange,
  messageIdOf,
  type QueueEntry,
  refuseBody,
  type StartConversationInput,
  toError,
} from './queue-entry.ts';
import { createQueueJournal } from './queue-journal.ts';
import { createQueueLanes, type Settled, type StoredMessage } from './queue-lanes.ts';
import { createSendingRight } from './sending-right.ts';
import { call } from './store.ts';
import type { WireMessage } from './types.ts';
import { uuidV7 } from './uuid-v7.ts';

export interface SentMessage {
  id: string;
  /** Its place in the conversation. */
  seq: number;
}

export interface Sending {
  readonly id: string;
  /** Resolves once it is stored on this device; false where it would not outlive a reload (in memory, or the storage is broken). */
  readonly kept: Promise<boolean>;
  /** Resolves once the server has stored the message; rejects when it is refused for good. */
  readonly acknowledged: Promise<SentMessage>;
}

export interface QueueListener {
  /** The conversation's entries are not what they were. */
  changed(): void;
  /** The server's copy of a message: it may be newer than what the stream has brought. */
  stored(message: WireMessage): void;
}

export interface OutgoingQueue {
  /** Resolves when what an earlier client left is here. */
  readonly loaded: Promise<void>;
  /** In the order of sending; failed ones stay until retried or discarded, sent ones until the stream has shown them. */
  entries(conversationId: string): readonly QueueEntry[];
  listen(conversationId: string, listener: QueueListener): () => void;
  /** Answers the new conversation's id. */
  start(input: StartConversationInput): string;
  send(conversationId: string, body: string): Sending;
  /** On top of the version that the writer saw. */
  edit(conversationId: string, messageId: string, body: string, version: number): Promise<void>;
  delete(conversationId: string, messageId: string): Promise<void>;
  /** Sends what failed of a message again, under the same id. */
  retry(conversationId: string, messageId: string): void;
  /** Forgets what failed of a message. */
  discard(conversationId: string, messageId: string): void;
  /** The server has this copy: what made it need not be sent any longer. */
  confirm(conversationId: string, message: StoredMessage): void;
  /** What was sent up to this seq is shown, and kept, by other means. */
  shown(conversationId: string, headSeq: number): void;
  close(): Promise<void>;
}

interface Surroundings {
  connection: Connection;
  kept: Kept;
  onEditConflict: OnEditConflict;
  maxAttempts: number;
  traceparent?: () => string | undefined;
}

interface Waiting {
  resolve(message: StoredMessage | null): void;
  reject(error: ParleyError): void;
}

/**
 * Everything that this participant has written on this device and the server has not confirmed: started conversations,
 * messages, edits, deletions. One at a time per conversation, so that their order is kept; conversations do not wait for
 * each other. Each has an id made once and is stored before its first attempt: whatever breaks in between, the same is sent
 * again and the server does it once (D2). Of several tabs on one queue, one sends.
 */
export function createOutgoingQueue({ connection, kept, traceparent, ...settings }: Surroundings): OutgoingQueue {
  const listeners = new Map<string, Set<QueueListener>>();
  const waiting = new Map<string, Waiting>();
  const { sharing } = kept.storage;

  const journal = createQueueJournal(kept, (conversationIds) => {
    for (const id of conversationIds) {
      tell(id, (listener) => listener.changed());
      void lanes.drain(id);
    }
  });
  const right = createSendingRight(sharing, journal.reload);
  const lanes = createQueueLanes({
    ...settings,
    connection,
    journal,
    right,
    settled(news) {
      settle(news);
      sharing?.announce({ settled: news });
    },
  });
  sharing?.listen((news) => {
    const { queue, settled } = news as { queue?: 'changed'; settled?: Settled };
    if (queue) void journal.reload();
    if (settled) settle(settled);
  });
  // Only who can send may keep the other tabs from it.
  const unwatch = connection.state.subscribe(() => {
    const { status } = connection.state.getSnapshot();
    if (status !== 'online' && status !== 'connecting') right.release();
  });
  const loaded = journal.reload();

  function tell(conversationId: string, what: (listener: QueueListener) => void): void {
    for (const listener of listeners.get(conversationId) ?? []) call(() => what(listener));
  }

  function settle({ entry, message, copy, failure }: Settled): void {
    const promise = waiting.get(entry.id);
    waiting.delete(entry.id);
    if (failure) promise?.reject(toError(failure));
    else promise?.resolve(message);
    if (copy) tell(entry.conversationId, (listener) => listener.stored(copy));
  }

  function common(conversationId: string, id = uuidV7(), failure: Failure | null = null) {
    const status: QueueEntry['status'] = failure ? 'failed' : 'pending';
    const createdAt = new Date().toISOString();
    return { id, conversationId, order: journal.nextOrder(), createdAt, attempts: 0, status, failure };
  }

  function push<T>(entry: QueueEntry, answer: (message: StoredMessage | null) => T): Promise<T> {
    const settling = new Promise<StoredMessage | null>((resolve, reject) => waiting.set(entry.id, { resolve, reject }));
    journal.put(entry);
    if (entry.failure) settle({ entry, message: null, copy: null, failure: entry.failure });
    const answered = settling.then(answer);
    // Those who do not wait for it see the failure in the list of messages.
    answered.catch(() => {});
    return answered;
  }

  /** The failed entries of a message; where its conversation could not be started, everything that failed with it. */
  function failedOf(conversationId: string, messageId: string): QueueEntry[] {
    const failed = journal.of(conversationId).filter(({ status }) => status === 'failed');
    const start = failed.some(({ kind }) => kind === 'start');
    return start ? failed : failed.filter((entry) => messageIdOf(entry) === messageId);
  }

  const remove = (entries: readonly QueueEntry[]) => journal.remove(...entries.map(({ id }) => id));

  return {
    loaded,
    entries: journal.of,
    listen(conversationId, listener) {
      const set = listeners.get(conversationId) ?? new Set();
      listeners.set(conversationId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(conversationId);
      };
    },
    start(input) {
      const id = uuidV7();
      void push({ ...common(id, id), kind: 'start', input }, () => {});
      return id;
    },
    send(conversationId, body) {
      const refusal = refuseBody(body);
      const entry: QueueEntry = {
        ...common(conversationId, undefined, refusal),
        kind: 'send',
        body,
        seq: null,
        traceparent: traceparent?.(),
      };
      const { id } = entry;
      return {
        id,
        acknowledged: push(entry, (message) => ({ id, seq: message!.seq })),
        kept: journal.flushed().then(() => kept.storage.lasting && !journal.isUnsaved(id)),
      };
    },
    edit(conversationId, messageId, body, version) {
      const entry = common(conversationId, undefined, refuseBody(body));
      return push({ ...entry, kind: 'edit', messageId, body, version }, () => {});
    },
    delete: (conversationId, messageId) => push({ ...common(conversationId), kind: 'delete', messageId }, () => {}),
    retry(conversationId, messageId) {
      // To the end, in their old order: what was sent after them has its place already.
      const again = failedOf(conversationId, messageId).map((entry): QueueEntry => {
        const failure = entry.kind === 'send' || entry.kind === 'edit' ? refuseBody(entry.body) : null;
        return failure
          ? entry
          : { ...entry, order: journal.nextOrder(), status: 'pending', failure: null, attempts: 0 };
      });
      journal.put(...again);
    },
    discard(conversationId, messageId) {
      const failed = journal.of(conversationId).filter(({ status }) => status === 'failed');
      remove(failed.filter((entry) => messageIdOf(entry) === messageId));
      // Started for nothing but what is gone now.
      const left = journal.of(conversationId);
      if (left.every(({ kind, status }) => kind === 'start' && status === 'failed')) remove(left);
    },
    confirm(conversationId, message) {
      for (const entry of journal.of(conversationId)) {
        if (messageIdOf(entry) !== message.id || entry.status === 'sent') continue;
        const made =
          entry.kind === 'edit'
            ? message.version === entry.version + 1 && message.body === entry.body
            : entry.kind === 'send' || message.deletedAt !== null;
        if (made && (entry.kind === 'send' || isChange(entry))) lanes.done(entry, message);
      }
    },
    shown(conversationId, headSeq) {
      const entries = journal.of(conversationId);
      remove(entries.filter((entry) => entry.kind === 'send' && entry.seq !== null && entry.seq <= headSeq));
    },
    async close() {
      lanes.close();
      unwatch();
      right.release();
      for (const { reject } of waiting.values()) reject(new ParleyError('CLIENT_CLOSED', 'This client was closed.'));
      waiting.clear();
      await journal.flushed();
    },
  };
}
