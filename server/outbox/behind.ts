/**
 * Conversations of which earlier events still wait in the outbox, because the sink was away when their turn came. What is
 * handed over of them meanwhile must wait as well, or it would overtake: the sweep publishes it behind the others.
 *
 * A conversation has caught up when a look at the outbox finds nothing more of it, and nothing of it was handed over since
 * that look began.
 */
export type Behind = {
  readonly conversations: ReadonlySet<string>;
  add(conversationId: string): void;
  /** True: it is left to the sweep. */
  defers(conversationId: string): boolean;
  /** Returns how to end the look, with the conversations of which something was found. */
  look(): (found: Iterable<string>) => void;
};

export function createBehind(): Behind {
  const conversations = new Set<string>();
  let quiet = new Set<string>();
  return {
    conversations,
    add(conversationId) {
      conversations.add(conversationId);
      quiet.delete(conversationId);
    },
    defers(conversationId) {
      quiet.delete(conversationId);
      return conversations.has(conversationId);
    },
    look() {
      quiet = new Set(conversations);
      return (found) => {
        for (const conversationId of found) quiet.delete(conversationId);
        for (const conversationId of quiet) conversations.delete(conversationId);
      };
    },
  };
}
