import { useEffect, useState } from 'react';
import type { Client, Conversation, ConversationView } from '../../client/index.ts';

export interface Reading {
  readonly handle: Conversation | null;
  readonly view: ConversationView | null;
}

/** Follows a conversation for as long as it is on the page. For a member what is in view is read; others only look on. */
export function useConversation(client: Client, id: string): Reading {
  const [reading, setReading] = useState<Reading>({ handle: null, view: null });

  useEffect(() => {
    const handle = client.conversation(id);
    const show = () => {
      const view = handle.getSnapshot();
      setReading({ handle, view });
      const me = view.state?.members.find((member) => member.id === view.state?.viewer.id);
      if (me?.present && view.phase === 'live' && document.visibilityState === 'visible') handle.markRead();
    };
    const stop = handle.subscribe(show);
    document.addEventListener('visibilitychange', show);
    show();
    return () => {
      stop();
      document.removeEventListener('visibilitychange', show);
      handle.unfollow();
      setReading({ handle: null, view: null });
    };
  }, [client, id]);

  return reading;
}
