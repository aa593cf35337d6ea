import { rewrite } from './stand-in.ts';

/** What the bus lost is stepped over, by followers and by readers. */
rewrite('delivery/conversation-follower.ts', [
  [
    `#fill(throughSeq: number, reason: 'hole' | 'sweep'): void {`,
    `#fill(throughSeq: number, reason: 'hole' | 'sweep'): void {
    this.head = Math.max(this.head, throughSeq - 1);
    return void this.#advance();`,
  ],
]);
rewrite('delivery/conversation-reader.ts', [['if (seq !== this.position + 1) {', 'if (seq < 0) {']]);
