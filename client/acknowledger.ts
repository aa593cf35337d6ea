import type { Connection } from './connection.ts';
import { acknowledgeMutation } from './operations.ts';
import { request } from './request.ts';
import type { Person } from './types.ts';

interface Watermarks {
  deliveredSeq: number;
  readSeq: number;
}

export type StoredReceipt = Watermarks & { participant: Person };

export interface Acknowledger {
  /** Everything up to here has reached this device, or was read by its user. A message's own trace is handed back with it. */
  raise(marks: Partial<Watermarks>, traceparent?: string): void;
}

/**
 * Tells the server how far a device has come. At most one call is under way per conversation; what rises meanwhile goes
 * with the next, so a backlog of thousands costs a handful of calls.
 */
export function createAcknowledger(
  connection: Connection,
  conversationId: string,
  stored: (receipt: StoredReceipt) => void,
): Acknowledger {
  const wanted: Watermarks = { deliveredSeq: 0, readSeq: 0 };
  const told: Watermarks = { deliveredSeq: 0, readSeq: 0 };
  let busy = false;
  /** Of the newest message that came with one. */
  let newest: string | undefined;

  async function tell(): Promise<void> {
    if (busy) return;
    busy = true;
    while (wanted.readSeq > told.readSeq || wanted.deliveredSeq > told.deliveredSeq) {
      let marks = { ...wanted };
      try {
        const { acknowledge } = await request<{ acknowledge: { member: StoredReceipt } }>(
          connection,
          acknowledgeMutation,
          () => {
            marks = { ...wanted };
            return { input: { conversationId, ...inputOf(marks) } };
          },
          { patient: true, traceparent: () => newest },
        );
        stored(acknowledge.member);
      } catch {
        // Refused for good (no longer a member, say): the marks are not wanted any more, and a higher one tries anew.
      }
      Object.assign(told, marks);
    }
    busy = false;
  }

  /** A read mark includes the delivered one; nothing is said twice. */
  function inputOf({ deliveredSeq, readSeq }: Watermarks): Partial<Watermarks> {
    return {
      ...(deliveredSeq > Math.max(readSeq, told.deliveredSeq) ? { deliveredSeq } : {}),
      ...(readSeq > told.readSeq ? { readSeq } : {}),
    };
  }

  return {
    raise({ deliveredSeq = 0, readSeq = 0 }, traceparent = newest) {
      newest = traceparent;
      wanted.readSeq = Math.max(wanted.readSeq, readSeq);
      wanted.deliveredSeq = Math.max(wanted.deliveredSeq, deliveredSeq, readSeq);
      void tell();
    },
  };
}
