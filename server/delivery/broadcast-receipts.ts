import type { Config } from '../config.ts';
import type { Watermarks } from '../messages/message.ts';
import type { Bus } from '../outbox/bus.ts';
import { detached } from '../telemetry/message-trace.ts';

/**
 * Tells followers that watermarks rose: the first at once, what follows within RECEIPT_COALESCE_MS gathered into one. In a
 * busy conversation every message brings receipts of every member; the watermark says all of them in one.
 */
export type ReceiptBroadcast = {
  raised(conversationId: string, participantId: string, watermarks: Watermarks): void;
  stop(): void;
};

type Coalescing = { timer: NodeJS.Timeout; latest: Watermarks | undefined };

export function createReceiptBroadcast({ bus, config }: { bus: Bus; config: Config }): ReceiptBroadcast {
  const coalescing = new Map<string, Coalescing>();

  function tell(conversationId: string, participantId: string, watermarks: Watermarks) {
    const key = conversationId + participantId;
    const timer = setTimeout(() => {
      const latest = coalescing.get(key)?.latest;
      coalescing.delete(key);
      if (latest) tell(conversationId, participantId, latest);
    }, config.RECEIPT_COALESCE_MS);
    coalescing.set(key, { timer, latest: undefined });
    // A lost receipt is found by the head sweep.
    bus
      .publish(`conversation:${conversationId}`, { type: 'receipt', conversationId, participantId, ...watermarks })
      .catch(() => {});
  }

  return {
    raised(conversationId, participantId, watermarks) {
      const waiting = coalescing.get(conversationId + participantId);
      if (!waiting) return detached(() => tell(conversationId, participantId, watermarks));
      // Answers of parallel acknowledgements may arrive here in another order than they were stored.
      waiting.latest = {
        deliveredSeq: Math.max(watermarks.deliveredSeq, waiting.latest?.deliveredSeq ?? 0),
        readSeq: Math.max(watermarks.readSeq, waiting.latest?.readSeq ?? 0),
      };
    },
    stop() {
      for (const { timer } of coalescing.values()) clearTimeout(timer);
      coalescing.clear();
    },
  };
}
