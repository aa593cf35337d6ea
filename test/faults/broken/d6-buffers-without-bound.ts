import { rewrite } from './stand-in.ts';

/** A slow reader's buffer grows. */
rewrite('delivery/conversation-reader.ts', [
  ['if (this.#buffer.length >= this.#parts.config.FOLLOW_BUFFER_MAX)', 'if (this.#buffer.length < 0)'],
]);
