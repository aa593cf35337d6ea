import type { Connection } from './connection.ts';
import { sendMessageMutation } from './operations.ts';
import { ParleyError } from './parley-error.ts';
import { request } from './request.ts';
import type { WireMessage } from './types.ts';
import { uuidV7 } from './uuid-v7.ts';

/** A message of this device that the conversation's stream has not shown yet. */
export interface OutgoingMessage {
  readonly id: string;
  /** Null: it has no place in the conversation yet. Tells it apart from a confirmed message. */
  readonly seq: null;
  readonly body: string;
  /** pending: waiting or on its way. sent: stored by the server. failed: refused for good, see `failure`. */
  readonly status: 'pending' | 'sent' | 'failed';
  readonly failure: ParleyError | null;
  readonly createdAt: string;
}

export interface SentMessage {
  id: string;
  /** Its place in the conversation. */
  seq: number;
}

export interface Sending {
  readonly id: string;
  /** Resolves once the server has stored the message; rejects when it is refused for good. */
  readonly acknowledged: Promise<SentMessage>;
}

export interface OutgoingQueue {
  /** In the order of sending; failed ones stay until retried or discarded. */
  entries(): readonly OutgoingMessage[];
  push(body: string): Sending;
  /** The stream has shown this message: it need not be shown, nor sent, any longer. */
  confirm(message: SentMessage): void;
  retry(id: string): void;
  discard(id: string): void;
}

interface Waiting {
  resolve(message: SentMessage): void;
  reject(error: ParleyError): void;
}

/**
 * Sends the messages of one conversation, one at a time so that their order is kept, each with an id made once: whatever
 * breaks in between, the same id is sent again and the server stores it once (D2).
 */
export function createOutgoingQueue(
  connection: Connection,
  conversationId: string,
  changed: () => void,
): OutgoingQueue {
  let entries: readonly OutgoingMessage[] = [];
  const waiting = new Map<string, Waiting>();
  let draining = false;

  function update(id: string, change: Partial<OutgoingMessage>): void {
    entries = entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
    changed();
  }

  function settle(id: string, outcome: SentMessage | ParleyError): void {
    const promise = waiting.get(id);
    waiting.delete(id);
    if (outcome instanceof ParleyError) promise?.reject(outcome);
    else promise?.resolve(outcome);
  }

  async function drain(): Promise<void> {
    if (draining) return;
    draining = true;
    for (;;) {
      const next = entries.find(({ status }) => status === 'pending');
      if (!next) break;
      try {
        const { sendMessage } = await request<{ sendMessage: { message: WireMessage } }>(
          connection,
          sendMessageMutation,
          () => ({ input: { id: next.id, conversationId, body: next.body, sentAt: new Date().toISOString() } }),
          { patient: true },
        );
        update(next.id, { status: 'sent' });
        settle(next.id, { id: next.id, seq: sendMessage.message.seq });
      } catch (caught) {
        const failure = caught as ParleyError;
        settle(next.id, failure);
        if (failure.code === 'CLIENT_CLOSED') break;
        update(next.id, { status: 'failed', failure });
      }
    }
    draining = false;
  }

  return {
    entries: () => entries,
    push(body) {
      const id = uuidV7();
      const acknowledged = new Promise<SentMessage>((resolve, reject) => waiting.set(id, { resolve, reject }));
      // Those who do not wait for it see the failure in the list of messages.
      acknowledged.catch(() => {});
      const createdAt = new Date().toISOString();
      entries = [...entries, { id, seq: null, body, status: 'pending', failure: null, createdAt }];
      changed();
      void drain();
      return { id, acknowledged };
    },
    confirm(message) {
      if (!entries.some(({ id }) => id === message.id)) return;
      entries = entries.filter(({ id }) => id !== message.id);
      settle(message.id, { id: message.id, seq: message.seq });
    },
    retry(id) {
      const entry = entries.find((e) => e.id === id && e.status === 'failed');
      if (!entry) return;
      // To the end: what was sent after it has its place already.
      entries = [...entries.filter((e) => e !== entry), { ...entry, status: 'pending', failure: null }];
      changed();
      void drain();
    },
    discard(id) {
      entries = entries.filter((entry) => entry.id !== id || entry.status !== 'failed');
      changed();
    },
  };
}
