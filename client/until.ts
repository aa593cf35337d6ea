import type { ConversationView } from './conversation-view.ts';
import type { Observable } from './store.ts';

/** Resolves with the first view, from now on, that satisfies the condition; rejects when the conversation ends before. */
export function until(
  views: Observable<ConversationView>,
  condition: (view: ConversationView) => boolean,
): Promise<ConversationView> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const view = views.getSnapshot();
      if (condition(view)) resolve(view);
      else if (view.phase === 'ended') reject(view.error);
      else return;
      stop();
    };
    const stop = views.subscribe(check);
    check();
  });
}
