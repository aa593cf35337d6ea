import assert from 'node:assert/strict';
import { applyUpdate, type ConversationState, foldEarlier, foldSnapshot, interrupt } from '../../client/fold.ts';
import { conversationQuery, conversationUpdatesSubscription, earlierMessagesQuery } from '../../client/operations.ts';
import type { ConversationUpdate } from '../../client/types.ts';
import type { Actor } from './actor.ts';
import { type ClientCode, ourClient } from './client-code.ts';
import { eventually } from './eventually.ts';
import type { Frames } from './frames.ts';

const PAGE = 20;
const EVERYTHING = 100;

/**
 * A device that opened a conversation once and since then knows only what its subscription told it, folded by the client's
 * own code; its connection may break and come back.
 */
export class FoldedDevice {
  readonly actor: Actor;
  state: ConversationState;
  #frames: Frames;
  #folded = 0;

  private constructor(actor: Actor, state: ConversationState) {
    this.actor = actor;
    this.state = state;
    this.#frames = this.#follow();
  }

  static async open(actor: Actor, conversationId: string): Promise<FoldedDevice> {
    const snapshot = await actor.run(conversationQuery, { id: conversationId, last: PAGE });
    return new FoldedDevice(actor, foldSnapshot(snapshot as Parameters<typeof foldSnapshot>[0]));
  }

  /** The subscription ends and another one goes on from the last event that was folded. */
  resume(): void {
    this.fold();
    this.#frames.stop();
    this.state = interrupt(this.state);
    this.#frames = this.#follow();
  }

  /** Applies what has come since. */
  fold(): ConversationState {
    for (const { conversationUpdates } of this.#frames.all.slice(this.#folded)) {
      this.#folded += 1;
      this.state = applyUpdate(this.state, conversationUpdates as ConversationUpdate);
    }
    return this.state;
  }

  /** Scrolls up by a page, where there is one. */
  async scrollUp(): Promise<void> {
    const { id, earlierCursor } = this.fold();
    if (!earlierCursor) return;
    const page = await this.actor.run(earlierMessagesQuery, { id, last: PAGE, before: earlierCursor });
    if (this.fold().earlierCursor === earlierCursor) this.state = foldEarlier(this.state, page.conversation.messages);
  }

  /** D10: what was folded becomes what a fresh query returns, asked at any server. */
  async assertLikeAFreshQuery(asker: Actor, context: string): Promise<void> {
    while (this.fold().earlierCursor) await this.scrollUp();
    const difference = await differenceFromAFreshQuery(asker.run, () => this.fold());
    assert.equal(difference, undefined, context);
  }

  #follow(): Frames {
    const { id, headSeq } = this.state;
    this.#folded = 0;
    return this.actor.subscribe(conversationUpdatesSubscription, { id, afterSeq: headSeq });
  }
}

type Ask = (document: string, variables: Record<string, unknown>) => Promise<any>;

/** D10: undefined as soon as the folded state is what a fresh query returns; where it never becomes that, the difference. */
export async function differenceFromAFreshQuery(
  ask: Ask,
  fold: () => ConversationState,
  withinMs?: number,
  code: ClientCode = ourClient,
): Promise<string | undefined> {
  let difference: string | undefined;
  await eventually(
    'the folded state is like a fresh query',
    async () => {
      const fresh = comparable(await openWhole(ask, fold().id, code), code);
      try {
        assert.deepEqual(comparable(fold(), code), fresh);
        return true;
      } catch (error) {
        difference = (error as Error).message;
        return false;
      }
    },
    withinMs,
  ).then(
    () => {
      difference = undefined;
    },
    (error: Error) => {
      difference ??= error.message;
    },
  );
  return difference;
}

async function openWhole(ask: Ask, id: string, code: ClientCode): Promise<ConversationState> {
  let state = code.foldSnapshot(await ask(code.conversationQuery, { id, last: EVERYTHING }));
  while (state.earlierCursor) {
    const variables = { id, last: EVERYTHING, before: state.earlierCursor };
    state = code.foldEarlier(state, (await ask(code.earlierMessagesQuery, variables)).conversation.messages);
  }
  return state;
}

/** Without what a query does not know (typing), and what says how this device got there; members in no particular order. */
function comparable(state: ConversationState, code: ClientCode) {
  const { caughtUp: _, unshown: __, members, ...rest } = state;
  const byId = members.map((m) => ({ ...m, typing: false })).toSorted((a, b) => a.id.localeCompare(b.id));
  return { ...rest, members: byId, unread: code.unreadCount(state) };
}
