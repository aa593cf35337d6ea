import { createAcknowledger } from './acknowledger.ts';
import type { Connection } from './connection.ts';
import { type ConversationActions, conversationActions } from './conversation-actions.ts';
import {
  advanceReceipt,
  applyUpdate,
  type ConversationState,
  foldEarlier,
  foldSnapshot,
  interrupt,
  type Message,
  setTyping,
} from './fold.ts';
import { type Following, follow } from './follow.ts';
import { conversationQuery, conversationUpdatesSubscription, earlierMessagesQuery } from './operations.ts';
import { createOutgoingQueue, type OutgoingMessage, type Sending } from './outgoing-queue.ts';
import type { ParleyError } from './parley-error.ts';
import { request } from './request.ts';
import { createStore, type Observable } from './store.ts';
import { type ConversationUpdate, isDurable, type WirePage, type WireSnapshot } from './types.ts';

/** Messages loaded when a conversation opens, and by each loadEarlier(). */
const PAGE = 50;
/** How often the view is renewed while a backlog streams in, in ms: each event by itself would keep a screen busy. */
const BACKLOG_RENEW_MS = 100;
/** The server ends "is typing" after 6 s, but says so on a way that may lose it; this ends it here, in ms. */
const TYPING_ENDS_MS = 8_000;

export interface ConversationView {
  /** loading: nothing known yet. live: up to date. resuming: away, or catching up. ended: see `error`. */
  readonly phase: 'loading' | 'live' | 'resuming' | 'ended';
  /** Null while loading. */
  readonly state: ConversationState | null;
  /** Confirmed messages by seq, then those of this device that wait, are on their way, or failed. */
  readonly messages: readonly (Message | OutgoingMessage)[];
  /** Why it ended. */
  readonly error: ParleyError | null;
  /** What the last return brought: how many messages of others, and when it was complete (ms since 1970). */
  readonly catchUp: { readonly messages: number; readonly at: number } | null;
}

export interface Conversation extends Observable<ConversationView>, ConversationActions {
  readonly id: string;
  /** Returns at once; works offline. The message is shown as pending, and sent as soon as it can be. */
  send(body: string): Sending;
  /** Sends a failed message again, under the same id. */
  retry(messageId: string): void;
  /** Forgets a failed message. */
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

/**
 * A conversation as this device knows it, kept up to date: opened by one query, then followed from its head; after every
 * interruption taken up from the last event applied (D4). Doubles are dropped, and where an event were missing the stream
 * is asked again from before the hole, so a hole is never shown.
 */
export function followConversation(connection: Connection, id: string, onUnfollow: () => void): Conversation {
  let phase: ConversationView['phase'] = 'loading';
  let state: ConversationState | null = null;
  let error: ParleyError | null = null;
  let catchUp: ConversationView['catchUp'] = null;
  let missed: number | null = null;
  let following: Following | undefined;
  let stopped = false;
  let renewTimer: ReturnType<typeof setTimeout> | undefined;
  const typingTimers = new Map<string, ReturnType<typeof setTimeout>>();

  const queue = createOutgoingQueue(connection, id, show);
  const acknowledger = createAcknowledger(connection, id, ({ participant, deliveredSeq, readSeq }) =>
    change((s) => advanceReceipt(s, participant, deliveredSeq, readSeq)),
  );
  const actions = conversationActions(connection, id, { current: () => state, change });
  const store = createStore(view());

  function view(): ConversationView {
    return { phase, state, error, catchUp, messages: [...(state?.messages ?? []), ...queue.entries()] };
  }

  function show(): void {
    clearTimeout(renewTimer);
    renewTimer = undefined;
    store.set(view());
  }

  function change(fold: (state: ConversationState) => ConversationState): void {
    if (!state) return;
    state = fold(state);
    show();
  }

  async function open(): Promise<void> {
    try {
      const snapshot = await request<WireSnapshot>(connection, conversationQuery, () => ({ id, last: PAGE }), {
        patient: true,
      });
      if (stopped) return;
      state = foldSnapshot(snapshot);
    } catch (caught) {
      end(caught as ParleyError);
      return;
    }
    for (const message of state.messages) queue.confirm(message);
    acknowledgeDelivery();
    show();
    following = follow<{ conversationUpdates: ConversationUpdate }>(
      connection,
      conversationUpdatesSubscription,
      () => ({ id, afterSeq: state?.headSeq ?? 0 }),
      { next: ({ conversationUpdates }) => apply(conversationUpdates), interrupted, ended },
    );
  }

  function apply(update: ConversationUpdate): void {
    if (!state) return;
    if (isHole(state, update)) {
      following?.restart();
      return;
    }
    const before = state;
    state = applyUpdate(before, update);
    if (isDurable(update) && state !== before) applied(update);
    if (update.__typename === 'TypingChanged') endTypingLater(update.participant.id, update.typing);
    if (update.__typename === 'CaughtUp') caughtUp();
    if (phase === 'live') show();
    else renewTimer ??= setTimeout(show, BACKLOG_RENEW_MS);
  }

  function applied(event: ConversationUpdate): void {
    acknowledgeDelivery();
    if (event.__typename !== 'MessagePosted') return;
    queue.confirm(event.message);
    if (missed !== null && event.message.sender.id !== state?.viewer.id) missed += 1;
  }

  function caughtUp(): void {
    phase = 'live';
    if (missed !== null) catchUp = { messages: missed, at: Date.now() };
    missed = null;
  }

  function interrupted(): void {
    phase = 'resuming';
    missed ??= 0;
    change(interrupt);
  }

  function ended(reason: ParleyError): void {
    // A head lower than ours: the server's database was set back. What it says now is the truth.
    if (reason.code === 'BAD_USER_INPUT' && phase !== 'loading') {
      phase = 'loading';
      state = null;
      void open();
    } else {
      end(reason);
    }
  }

  function end(reason: ParleyError): void {
    phase = 'ended';
    error = reason;
    show();
  }

  /** Only members have watermarks; who just looks on acknowledges nothing. */
  function acknowledgeDelivery(): void {
    const me = state?.members.find((member) => member.id === state?.viewer.id);
    if (state && me?.present && me.deliveredSeq < state.headSeq) acknowledger.raise({ deliveredSeq: state.headSeq });
  }

  function endTypingLater(participantId: string, typing: boolean): void {
    clearTimeout(typingTimers.get(participantId));
    if (!typing) return;
    const end = () => change((s) => setTyping(s, participantId, false));
    typingTimers.set(participantId, setTimeout(end, TYPING_ENDS_MS));
  }

  async function loadEarlier(): Promise<void> {
    const before = state?.earlierCursor;
    if (!before) return;
    const { conversation } = await request<{ conversation: { messages: WirePage } }>(
      connection,
      earlierMessagesQuery,
      () => ({ id, last: PAGE, before }),
    );
    // Asked twice at once, the page is put in once.
    change((s) => (s.earlierCursor === before ? foldEarlier(s, conversation.messages) : s));
  }

  void open();

  return {
    id,
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    ...actions,
    send(body) {
      actions.setTyping(false);
      return queue.push(body);
    },
    retry: queue.retry,
    discard: queue.discard,
    markRead(seq = state?.headSeq ?? 0) {
      const me = state?.members.find((member) => member.id === state?.viewer.id);
      if (me?.present && seq > me.readSeq) acknowledger.raise({ readSeq: seq });
    },
    loadEarlier,
    until(condition) {
      return new Promise((resolve, reject) => {
        const check = () => {
          const view = store.getSnapshot();
          if (condition(view)) resolve(view);
          else if (view.phase === 'ended') reject(view.error);
          else return;
          stop();
        };
        const stop = store.subscribe(check);
        check();
      });
    },
    unfollow() {
      stopped = true;
      following?.stop();
      clearTimeout(renewTimer);
      for (const timer of typingTimers.values()) clearTimeout(timer);
      onUnfollow();
    },
  };
}

function isHole(state: ConversationState, update: ConversationUpdate): boolean {
  if (isDurable(update)) return update.seq > state.headSeq + 1;
  return update.__typename === 'CaughtUp' && update.headSeq > state.headSeq;
}
