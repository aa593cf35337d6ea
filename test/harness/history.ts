import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Actor, OperationError } from './actor.ts';
import { type Attempt, checkHistory, type Finding, type LoggedEvent } from './check-history.ts';
import { execute } from './execute.ts';
import type { Frames } from './frames.ts';

/** Notes every attempt to send into one conversation, and at the end judges log and devices by them. */
export class History {
  readonly conversationId: string;
  readonly attempts: Attempt[] = [];

  constructor(conversationId: string) {
    this.conversationId = conversationId;
  }

  /** One attempt; how it went is the answer, never an exception. */
  async send(actor: Actor, body: string, id: string = randomUUID()): Promise<Attempt> {
    const attempt = await actor.send(this.conversationId, body, id).then(
      ({ seq }): Attempt => ({ id, body, outcome: 'acknowledged', seq }),
      (error: unknown): Attempt => ({ id, body, outcome: isRefusal(error) ? 'refused' : 'unknown' }),
    );
    this.attempts.push(attempt);
    return attempt;
  }

  get acknowledged(): Attempt[] {
    return this.attempts.filter(({ outcome }) => outcome === 'acknowledged');
  }

  /** Waits until each device has the newest event, then judges: nothing may be wrong. */
  async judge(database: { url: string }, devices: Readers = {}): Promise<LoggedEvent[]> {
    assert.deepEqual(await this.findings(database, devices), []);
    return readLogged(database.url, this.conversationId);
  }

  /** The same, for whoever wants to know what is. */
  async findings(database: { url: string }, devices: Readers): Promise<Finding[]> {
    const log = await readLogged(database.url, this.conversationId);
    for (const { frames } of Object.values(devices)) if (log.length > 0) await frames.seq(log.at(-1)!.seq);
    return checkHistory({
      attempts: this.attempts,
      log,
      devices: Object.entries(devices).map(([name, { frames, afterSeq = 0 }]) => ({
        name,
        afterSeq,
        received: frames.events.map(({ __typename, seq, message }) => ({
          seq,
          messageId: __typename === 'MessagePosted' ? message.id : null,
        })),
      })),
    });
  }
}

type Readers = { [name: string]: { frames: Frames; afterSeq?: number } };

/** UNAVAILABLE says that it may or may not have been stored; so does a connection that breaks. */
const isRefusal = (error: unknown) => error instanceof OperationError && error.code !== 'UNAVAILABLE';

/** The log as it stands, read past the server. */
export function readLogged(url: string, conversationId: string): Promise<LoggedEvent[]> {
  return execute<LoggedEvent>(
    url,
    `SELECT seq, id::text AS "messageId", body, version FROM message WHERE conversation_id = '${conversationId}'
     UNION ALL SELECT seq, NULL, NULL, NULL FROM conversation_event WHERE conversation_id = '${conversationId}'
     ORDER BY seq`,
  );
}
