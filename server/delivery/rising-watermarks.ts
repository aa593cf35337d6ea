import type { Watermarks } from '../messages/message.ts';

/** How far the members of one conversation have received and read it. They only rise, whatever order they come in (D7). */
export class RisingWatermarks extends Map<string, Watermarks> {
  /** Whether that was news. */
  raise(participantId: string, { deliveredSeq, readSeq }: Watermarks): boolean {
    const known = this.get(participantId);
    const raised = {
      deliveredSeq: Math.max(deliveredSeq, known?.deliveredSeq ?? 0),
      readSeq: Math.max(readSeq, known?.readSeq ?? 0),
    };
    this.set(participantId, raised);
    return raised.deliveredSeq !== known?.deliveredSeq || raised.readSeq !== known?.readSeq;
  }

  /** Of all of them: rises whenever one does. */
  get sum(): number {
    let sum = 0;
    for (const { deliveredSeq, readSeq } of this.values()) sum += deliveredSeq + readSeq;
    return sum;
  }
}
