import type { ExecutionResult } from 'graphql';

/**
 * graphql-ws encodes every message by itself, also where a thousand sockets get the same result. What was encoded already is
 * handed to it as a stand-in, in whose place the text is put when the message goes to the socket.
 */
const waiting = new Map<number, string>();
let last = 0;

const BEGIN = '"payload":"~encoded ';
const END = '~"}';

/** For the hook that may replace a result; the text is a whole result's JSON. */
export function standInFor(text: string): ExecutionResult {
  const id = ++last;
  waiting.set(id, text);
  return { toJSON: () => `~encoded ${id}~` } as ExecutionResult;
}

/** For what is about to be sent. A payload is an object everywhere else, so no other message ends like a stand-in's. */
export function withPayload(message: string): string {
  if (!message.endsWith(END)) return message;
  const at = message.lastIndexOf(BEGIN);
  const id = Number(message.slice(at + BEGIN.length, -END.length));
  const text = waiting.get(id);
  if (at < 0 || text === undefined) return message;
  waiting.delete(id);
  return `${message.slice(0, at)}"payload":${text}}`;
}
