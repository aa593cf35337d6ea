import { type Connection, connect } from './connection.ts';
import type { Follower } from './follower.ts';
import { FrameRecorder } from './frame-recorder.ts';
import { updateOf } from './operations.ts';
import type { Tally } from './tally.ts';

/** What an agent of a busy support team handles at once. */
const CONVERSATIONS_AT_ONCE = 4;
/** Then the agent's shift ends and another one comes: an inbox must not grow with the file. */
const CONVERSATIONS_PER_SHIFT = 50;

/**
 * An agent as agents work: one socket, with one inboxUpdates over all conversations that they are in. An agent's desk
 * shows all of its conversations at once, so a subscription for each would only be the same with more frames; and the
 * inbox brings what they are assigned to without asking.
 */
export class Agent {
  readonly recorder = new FrameRecorder();
  readonly connection: Connection;
  readonly #followers = new Map<string, Follower>();
  /** Where finished conversations ended, so that a resumed inbox does not bring them again. */
  readonly #ends = new Map<string, number>();
  participantId = '';
  load = 0;
  taken = 0;

  constructor({ url, token, tally }: { url: URL; token: () => Promise<string>; tally: Tally }) {
    this.connection = connect({ url, token, tally, tap: this.recorder });
  }

  async start(): Promise<void> {
    const { viewer } = await this.connection.request<{ viewer: { id: string } }>('WhoAmI');
    this.participantId = viewer.id;
    const positions = () => [
      ...[...this.#ends].map(([conversationId, seq]) => ({ conversationId, seq })),
      // One that has brought nothing yet may not be theirs yet; unnamed, it comes from its first event.
      ...[...this.#followers]
        .filter(([, { position }]) => position > 0)
        .map(([conversationId, { position }]) => ({ conversationId, seq: position })),
    ];
    this.connection.follow(
      'FollowInbox',
      {
        get positions() {
          return positions();
        },
      },
      (data) => {
        const update = updateOf(data);
        if (update) this.#followers.get(update.conversationId)?.take(update);
      },
      (error) => {
        for (const follower of this.#followers.values()) follower.fail(error);
      },
    );
  }

  join(conversationId: string, follower: Follower): void {
    this.#followers.set(conversationId, follower);
  }

  leave(conversationId: string, ended: boolean): void {
    const follower = this.#followers.get(conversationId);
    if (!follower) return;
    this.#ends.set(conversationId, follower.position);
    this.#followers.delete(conversationId);
    this.recorder.finish(conversationId, ended);
  }
}

export type AgentPool = {
  acquire(): Promise<Agent>;
  release(agent: Agent): Promise<void>;
  close(): Promise<void>;
};

/** As many agents as the conversations at once need, each connected when first needed. */
export function openAgentPool(hire: (number: number) => Agent): AgentPool {
  const onShift = new Map<Agent, Promise<void>>();
  let hired = 0;
  const sendHome = (agent: Agent) => {
    onShift.delete(agent);
    return agent.connection.close();
  };
  return {
    async acquire() {
      let agent = [...onShift.keys()].find(
        ({ load, taken }) => load < CONVERSATIONS_AT_ONCE && taken < CONVERSATIONS_PER_SHIFT,
      );
      if (!agent) {
        agent = hire(++hired);
        onShift.set(agent, agent.start());
      }
      agent.load++;
      agent.taken++;
      try {
        await onShift.get(agent);
      } catch (error) {
        await sendHome(agent).catch(() => {});
        throw error;
      }
      return agent;
    },
    async release(agent) {
      agent.load--;
      if (agent.load === 0 && agent.taken >= CONVERSATIONS_PER_SHIFT) await sendHome(agent);
    },
    async close() {
      await Promise.all([...onShift.keys()].map(sendHome));
    },
  };
}
