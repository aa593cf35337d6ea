import { rewrite } from './stand-in.ts';

/** A slow reader's buffer grows. */
rewrite('delivery/conversation-reader.ts', [['if (this.#parts.budget.free <= 0)', 'if (this.#buffer.length < 0)']]);
