import { attemptEntry, type OnEditConflict, resolveConflict } from './attempt-entry.ts';
import type { Connection } from './connection.ts';
import { ParleyError } from './parley-error.ts';
import { dependsOn, type EditEntry, type Failure, type QueueEntry, toFailure } from './queue-entry.ts';
import type { QueueJournal } from './queue-journal.ts';
import { leavesRefusal } from './request.ts';
import { judge } from './retry-policy.ts';
import type { SendingRight } from './sending-right.ts';
import type { WireMessage } from './types.ts';

/** What the server has answered, told to whoever shows it. */
export interface Settled {
  readonly entry: QueueEntry;
  /** Null of a start, of what failed, and of an edit that was given up for theirs. */
  readonly message: StoredMessage | null;
  /** The server's copy, where its answer brought one. */
  readonly copy: WireMessage | null;
  readonly failure: Failure | null;
}

export type StoredMessage = Pick<WireMessage, 'id' | 'seq' | 'version' | 'body' | 'deletedAt'>;

export interface QueueLanes {
  /** Sends what waits in one conversation, one after the other, until nothing does. */
  drain(conversationId: string): Promise<void>;
  /** The server has done it. */
  done(entry: QueueEntry, message: StoredMessage): void;
  close(): void;
}

interface Surroundings {
  connection: Connection;
  journal: QueueJournal;
  right: SendingRight;
  onEditConflict: OnEditConflict;
  maxAttempts: number;
  settled(news: Settled): void;
}

/** How often in a row an edit is put on top of somebody else's before it counts as failed. */
const MAX_EDIT_CONFLICTS = 5;
/** Sent messages of a conversation that nobody opens are kept for when somebody does: the newest so many. */
const MAX_SENT_KEPT = 50;

/** A lane for each conversation that has something to send; they do not wait for each other. */
export function createQueueLanes(surroundings: Surroundings): QueueLanes {
  const { connection, journal, right, onEditConflict, maxAttempts, settled } = surroundings;
  const lanes = new Set<string>();
  let closed = false;

  const status = () => connection.state.getSnapshot().status;
  const next = (conversationId: string) => journal.of(conversationId).find((entry) => entry.status === 'pending');
  const isPending = ({ id }: QueueEntry) => journal.get(id)?.status === 'pending';

  async function drain(conversationId: string): Promise<void> {
    if (lanes.has(conversationId) || closed || !next(conversationId)) return;
    lanes.add(conversationId);
    const row = { tries: 0, conflicts: 0 };
    while (await mayGoOn(conversationId)) {
      // Others may have sent, changed or discarded it while this lane waited for its turn.
      const entry = next(conversationId);
      if (!entry) continue;
      const blocker = journal.of(conversationId).find((other) => other.status === 'failed' && dependsOn(entry, other));
      if (blocker?.failure) failed(entry, blocker.failure);
      else await attempt(entry, row);
    }
    lanes.delete(conversationId);
    if (lanes.size === 0) right.release();
  }

  /** Waits until the next entry is stored, there is a connection, and no other tab sends. False: nothing is left to do. */
  async function mayGoOn(conversationId: string): Promise<boolean> {
    for (;;) {
      await journal.flushed();
      const entry = next(conversationId);
      if (!entry || closed || status() === 'closed') return false;
      try {
        await connection.ready();
      } catch {
        if (status() === 'refused') await leavesRefusal(connection);
        continue;
      }
      if (journal.isUnsaved(entry.id)) return true; // no other tab knows of it
      await right.acquire();
      if (right.held && !closed) return true;
    }
  }

  async function attempt(entry: QueueEntry, row: { tries: number; conflicts: number }): Promise<void> {
    try {
      const message = await attemptEntry(connection, entry);
      row.tries = row.conflicts = 0;
      // Gone when the stream was faster to show it, or another tab.
      if (journal.get(entry.id)) done(entry, message, message);
    } catch (caught) {
      const error = caught as ParleyError;
      if (closed || error.code === 'CLIENT_CLOSED') return;
      const conflicts = entry.kind === 'edit' && error.code === 'CONFLICT';
      if (conflicts && row.conflicts++ < MAX_EDIT_CONFLICTS) await conflicted(entry, error);
      else await notDone(entry, error, row.tries++);
    }
  }

  async function notDone(entry: QueueEntry, error: ParleyError, tries: number): Promise<void> {
    const verdict = judge(error, tries, status() === 'online');
    // Meanwhile the stream may have shown that it was done, or its owner has discarded it.
    if (isPending(entry)) {
      const attempts = entry.attempts + (verdict.again && verdict.counts ? 1 : 0);
      if (!verdict.again || attempts >= maxAttempts) failed(entry, toFailure(error));
      else if (attempts > entry.attempts) journal.put({ ...entry, attempts });
    }
    if (verdict.again) await connection.pause(verdict.afterMs);
  }

  async function conflicted(entry: EditEntry, error: ParleyError): Promise<void> {
    try {
      const resolved = await resolveConflict(entry, error, onEditConflict);
      if (!isPending(entry)) return;
      if (resolved) journal.put(resolved);
      else done(entry, null);
    } catch (reason) {
      failed(entry, toFailure(reason instanceof ParleyError ? reason : error));
    }
  }

  function failed(entry: QueueEntry, failure: Failure): void {
    journal.put({ ...entry, status: 'failed', failure });
    settled({ entry, message: null, copy: null, failure });
  }

  function done(entry: QueueEntry, message: StoredMessage | null, copy: WireMessage | null = null): void {
    const list = journal.of(entry.conversationId);
    if (entry.kind === 'send' && message) {
      const sent = list.filter((other) => other.status === 'sent');
      journal.remove(...sent.slice(0, -MAX_SENT_KEPT).map(({ id }) => id));
      journal.put({ ...entry, status: 'sent', failure: null, seq: message.seq });
    } else {
      // Later edits of the same message were written on top of this one.
      const onTop = list.filter(
        (other): other is EditEntry =>
          other.kind === 'edit' && other.messageId === message?.id && other.version < message.version,
      );
      if (message) journal.put(...onTop.map((edit) => ({ ...edit, version: message.version })));
      journal.remove(entry.id);
    }
    settled({ entry, message, copy, failure: null });
  }

  return {
    drain,
    done,
    close() {
      closed = true;
    },
  };
}
