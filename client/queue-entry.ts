import { ParleyError, type ParleyErrorCode } from './parley-error.ts';
import type { Priority } from './types.ts';

export interface StartConversationInput {
  subject?: string;
  topic?: string;
  /** Of the desk: "Billing". */
  queue?: string;
  priority?: Priority;
}

/** A ParleyError as it is stored. */
export interface Failure {
  readonly code: ParleyErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Common {
  /** Made once, and stored before the first attempt. Of a start and a send it is what the server knows it by. */
  readonly id: string;
  readonly conversationId: string;
  /** Its place in the queue: above all that were there when it was put in. Equal ones (of two tabs) go by id. */
  readonly order: number;
  readonly createdAt: string;
  /** pending: waits or is on its way. failed: refused for good. Only sends are kept as sent, until the stream shows them. */
  readonly status: 'pending' | 'sent' | 'failed';
  readonly failure: Failure | null;
  /** Answers that counted against it; see retry-policy.ts. */
  readonly attempts: number;
}

export type QueueEntry = Common &
  (
    | { readonly kind: 'start'; readonly input: StartConversationInput }
    | { readonly kind: 'send'; readonly body: string; readonly seq: number | null; readonly traceparent?: string }
    | { readonly kind: 'edit'; readonly messageId: string; readonly body: string; readonly version: number }
    | { readonly kind: 'delete'; readonly messageId: string }
  );

export type SendEntry = Extract<QueueEntry, { kind: 'send' }>;
export type EditEntry = Extract<QueueEntry, { kind: 'edit' }>;
export type ChangeEntry = Extract<QueueEntry, { kind: 'edit' | 'delete' }>;

export const isChange = (entry: QueueEntry): entry is ChangeEntry => entry.kind === 'edit' || entry.kind === 'delete';

/** The message that it is about; undefined of a start. */
export const messageIdOf = (entry: QueueEntry): string | undefined =>
  isChange(entry) ? entry.messageId : entry.kind === 'send' ? entry.id : undefined;

/** Whether `entry` can only succeed after `other`: nothing goes into a conversation, or onto a message, that is not there. */
export const dependsOn = (entry: QueueEntry, other: QueueEntry): boolean =>
  entry !== other &&
  entry.conversationId === other.conversationId &&
  (other.kind === 'start' || (other.kind === 'send' && isChange(entry) && entry.messageId === other.id));

export const byOrder = (a: QueueEntry, b: QueueEntry): number => a.order - b.order || (a.id < b.id ? -1 : 1);

export const toFailure = ({ code, message, details }: ParleyError): Failure => ({ code, message, details });

export const toError = ({ code, message, details }: Failure): ParleyError =>
  new ParleyError(code, message, { ...details });

/** The server's limit, in Unicode code points. */
const MAX_BODY = 8_000;

/**
 * What the server would refuse, known before it is asked: a frame far above its limit would not be answered at all, but
 * cost everyone the connection.
 */
export function refuseBody(body: string): Failure | null {
  const fits = body !== '' && [...body].length <= MAX_BODY;
  if (fits && !body.includes('\0') && (body as string & { isWellFormed(): boolean }).isWellFormed()) return null;
  const message = `body: must be well-formed text of 1 to ${MAX_BODY} characters, without NUL.`;
  return { code: 'BAD_USER_INPUT', message, details: { field: 'body' } };
}
