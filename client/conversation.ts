import { createAcknowledger } from './acknowledger.ts';
import type { Connection } from './connection.ts';
import { type ConversationActions, conversationActions } from './conversation-actions.ts';
import type { ConversationCache } from './conversation-cache.ts';
import { type ConversationView, shownMessages } from './conversation-view.ts';
import {
  advanceReceipt,
  applyUpdate,
  type ConversationState,
  foldEarlier,
  interrupt,
  isHole,
  mergeMessage,
  setTyping,
} from './fold.ts';
import { type Following, follow } from './follow.ts';
import { createKeepSoon } from './keep-soon.ts';
import { loadConversation, loadPageBefore } from './load-conversation.ts';
import { conversationUpdatesSubscription } from './operations.ts';
import type { OutgoingQueue, Sending } from './outgoing-queue.ts';
import type { ParleyError } from './parley-error.ts';
import { toError } from './queue-entry.ts';
import { createStore, type Observable } from './store.ts';
import { type ConversationUpdate, isDurable } from './types.ts';
import { until } from './until.ts';
import { createWhoTypes } from './who-types.ts';

/** How often the view is renewed while a backlog streams in, in ms: each event by itself would keep a screen busy. */
const BACKLOG_RENEW_MS = 100;

export interface Conversation extends Observable<ConversationView>, ConversationActions {
  readonly id: string;
  /** Returns at once; works offline. The message is shown as pending, and sent as soon as it can be. */
  send(body: string): Sending;
  /** On top of the version that is shown. Shown at once, also offline; resolves when the server has it. See `onEditConflict`. */
  edit(messageId: string, body: string): Promise<void>;
  /** Shown at once, also offline; resolves when the server has done it. */
  delete(messageId: string): Promise<void>;
  /** Tries what failed of a message (its sending, an edit, its deletion) again, under the same id. */
  retry(messageId: string): void;
  /** Forgets what failed of a message. */
  discard(messageId: string): void;
  /** Call at keystrokes; repeated and ended by itself. */
  setTyping(typing: boolean): void;
  /** Marks as read up to a seq; by default everything that is here. */
  markRead(seq?: number): void;
  /** Loads the page before the oldest message that is here. */
  loadEarlier(): Promise<void>;
  /** Resolves with the first view, from now on, that satisfies the condition; rejects when the conversation ends before. */
  until(condition: (view: ConversationView) => boolean): Promise<ConversationView>;
  /** Stops following. What is queued is still sent. */
  unfollow(): void;
}

export interface FollowedConversation extends Conversation {
  /** Puts what is here into the cache, now. */
  keep(): Promise<void>;
  /** Shows nothing of it any more. */
  revoke(reason: ParleyError): void;
}

interface Surroundings {
  connection: Connection;
  queue: OutgoingQueue;
  cache: ConversationCache;
}

/**
 * A conversation as this device knows it, kept up to date: shown from the cache, or opened by one query; then followed from
 * its head; after every interruption taken up from the last event applied (D4). Doubles are dropped, and where an event were
 * missing the stream is asked again from before the hole, so a hole is never shown.
 */
export function followConversation(
  { connection, queue, cache }: Surroundings,
  id: string,
  onUnfollow: () => void,
): FollowedConversation {
  let phase: ConversationView['phase'] = 'loading';
  let state: ConversationState | null = null;
  let error: ParleyError | null = null;
  let catchUp: ConversationView['catchUp'] = null;
  let missed: number | null = null;
  let following: Following | undefined;
  let stopped = false;
  let started = () => {};
  /** What an earlier run has left is shown together, what waits not before what was there. What is written now shows at once. */
  let showing = false;
  let keptState: ConversationState | null = null;
  let renewTimer: ReturnType<typeof setTimeout> | undefined;
  let wasLive = false;
  const keepSoon = createKeepSoon(() => void keep());
  const whoTypes = createWhoTypes((participantId) => change((s) => setTyping(s, participantId, false)));

  const unlisten = queue.listen(id, {
    changed() {
      lookAtStart();
      if (showing) show();
    },
    stored: (message) => change((s) => mergeMessage(s, message)),
  });
  const acknowledger = createAcknowledger(connection, id, ({ participant, deliveredSeq, readSeq }) =>
    change((s) => advanceReceipt(s, participant, deliveredSeq, readSeq)),
  );
  const actions = conversationActions(connection, id, change);
  const store = createStore(view());

  function view(): ConversationView {
    return { phase, state, error, catchUp, messages: shownMessages(state, queue.entries(id)) };
  }

  function show(): void {
    clearTimeout(renewTimer);
    renewTimer = undefined;
    store.set(view());
    if (state !== keptState && !stopped) keepSoon.ask();
  }

  async function keep(): Promise<void> {
    keepSoon.cancel();
    if (!state || state === keptState || phase === 'ended') return;
    keptState = state;
    const { headSeq } = state;
    await cache.save(state);
    queue.shown(id, headSeq);
  }

  function change(fold: (state: ConversationState) => ConversationState): void {
    if (!state) return;
    state = fold(state);
    show();
  }

  async function open(): Promise<void> {
    try {
      await queue.loaded;
      if (!state) await openFromCache();
      await isStarted();
      const loaded = await loadConversation(connection, id, state);
      if (stopped) return;
      state = loaded;
    } catch (caught) {
      end(caught as ParleyError);
    }
    if (!state || phase === 'ended') return;
    for (const message of state.messages) queue.confirm(id, message);
    acknowledgeDelivery();
    show();
    following = follow<{ conversationUpdates: ConversationUpdate }>(
      connection,
      conversationUpdatesSubscription,
      () => ({ id, afterSeq: state?.headSeq ?? 0 }),
      { next: ({ conversationUpdates }, traceparent) => apply(conversationUpdates, traceparent), interrupted, ended },
    );
  }

  async function openFromCache(): Promise<void> {
    const cached = await cache.load(id);
    showing = true;
    if (stopped || phase === 'ended') return;
    if (!cached) return show();
    state = keptState = cached;
    phase = 'resuming';
    missed = 0;
    show();
  }

  /** A conversation that was started offline has to be sent before it can be followed. */
  function isStarted(): Promise<void> {
    return new Promise((resolve) => {
      started = resolve;
      lookAtStart();
    });
  }

  function lookAtStart(): void {
    const start = queue.entries(id).find(({ kind }) => kind === 'start');
    if (!start) started();
    else if (start.failure) end(toError(start.failure));
    else if (phase === 'ended') {
      phase = 'loading'; // tried again
      error = null;
    }
  }

  function apply(update: ConversationUpdate, traceparent?: string): void {
    if (!state || stopped) return;
    if (isHole(state, update)) {
      following?.restart();
      return;
    }
    const before = state;
    state = applyUpdate(before, update);
    if (isDurable(update) && state !== before) applied(update, traceparent);
    if (update.__typename === 'TypingChanged') whoTypes.heard(update.participant.id, update.typing);
    if (update.__typename === 'CaughtUp') caughtUp();
    if (phase === 'live') show();
    else renewTimer ??= setTimeout(show, BACKLOG_RENEW_MS);
  }

  function applied(event: ConversationUpdate, traceparent?: string): void {
    acknowledgeDelivery(traceparent);
    if ('message' in event) queue.confirm(id, event.message);
    const posted = event.__typename === 'MessagePosted';
    if (posted && missed !== null && event.message.sender.id !== state?.viewer.id) missed += 1;
  }

  function caughtUp(): void {
    phase = 'live';
    // A first opening that brought nothing is no return.
    if (missed || (missed === 0 && wasLive)) catchUp = { messages: missed, at: Date.now() };
    missed = null;
    wasLive = true;
  }

  function interrupted(): void {
    phase = 'resuming';
    missed ??= 0;
    change(interrupt);
    void keep(); // from now on it is all there is
  }

  function ended(reason: ParleyError): void {
    // A head lower than ours: the server's database was set back. What it says now is the truth.
    if (reason.code === 'BAD_USER_INPUT' && phase !== 'loading') {
      phase = 'loading';
      state = null;
      void cache.remove(id).then(open);
    } else {
      end(reason);
    }
  }

  function end(reason: ParleyError): void {
    phase = 'ended';
    error = reason;
    keepSoon.cancel();
    // What is not the viewer's any more must not open from the cache again.
    if (reason.code === 'NOT_FOUND' || reason.code === 'FORBIDDEN') void cache.remove(id);
    show();
  }

  /** Only members have watermarks; who just looks on acknowledges nothing. */
  function acknowledgeDelivery(traceparent?: string): void {
    const me = state?.members.find((member) => member.id === state?.viewer.id);
    if (state && me?.present && me.deliveredSeq < state.headSeq)
      acknowledger.raise({ deliveredSeq: state.headSeq }, traceparent);
  }

  async function loadEarlier(): Promise<void> {
    const page = await loadPageBefore(connection, id, () => state);
    if (page) change((s) => foldEarlier(s, page));
  }

  void open();

  return {
    id,
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    ...actions,
    send(body) {
      actions.setTyping(false);
      showing = true;
      return queue.send(id, body);
    },
    edit(messageId, body) {
      const shown = state?.messages.find((message) => message.id === messageId);
      return queue.edit(id, messageId, body, shown?.version ?? 1);
    },
    delete: (messageId) => queue.delete(id, messageId),
    retry: (messageId) => queue.retry(id, messageId),
    discard: (messageId) => queue.discard(id, messageId),
    markRead(seq = state?.headSeq ?? 0) {
      const me = state?.members.find((member) => member.id === state?.viewer.id);
      if (me?.present && seq > me.readSeq) acknowledger.raise({ readSeq: seq });
    },
    loadEarlier,
    until: (condition) => until(store, condition),
    keep,
    revoke(reason) {
      following?.stop();
      unlisten();
      stopped = true;
      state = null;
      store.set({ phase: 'ended', state: null, messages: [], error: reason, catchUp: null });
    },
    unfollow() {
      void keep();
      stopped = true;
      unlisten();
      following?.stop();
      clearTimeout(renewTimer);
      whoTypes.stop();
      onUnfollow();
    },
  };
}
