import { type Connection, Refused } from './connection.ts';

/** A typing notice lasts 6 s. */
const RENEWAL_MS = 4_000;

/** Says "is typing", again and again where the typing takes its time, until the returned function is called. */
export function announceTyping(
  connection: Connection,
  conversationId: string,
  unhurried: boolean,
  onError: (error: Error) => void,
): () => void {
  const type = (typing: boolean) => {
    connection.request('Type', { input: { conversationId, typing } }).catch((error: Error) => {
      // A notice that is tried again after a lost connection may come too late; anything else is a fault.
      if (!(error instanceof Refused && error.code === 'CONVERSATION_CLOSED')) onError(error);
    });
  };
  type(true);
  const renewal = unhurried ? setInterval(() => type(true), RENEWAL_MS) : undefined;
  return () => {
    clearInterval(renewal);
    type(false);
  };
}
