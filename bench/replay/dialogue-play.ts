import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Agent } from './agent-pool.ts';
import { announceTyping } from './announce-typing.ts';
import type { Connection } from './connection.ts';
import { type Dialogue, otherSide, type Side, type Turn } from './dialogue.ts';
import { Follower } from './follower.ts';
import type { FrameRecorder, PostedFrame } from './frame-recorder.ts';
import type { Tempo } from './human-tempo.ts';
import { updateOf } from './operations.ts';
import { type Cut, planCuts } from './plan-cuts.ts';
import { planRating } from './plan-rating.ts';
import { seededRandom } from './seeded-random.ts';
import type { Tally } from './tally.ts';
import type { FollowerLog, SentMessage, Transcript } from './transcript.ts';

export type Customer = { readonly connection: Connection; readonly recorder: FrameRecorder };

export type PlayOptions = {
  readonly dialogue: Dialogue;
  readonly customer: Customer;
  readonly agent: Agent;
  readonly tempo: Tempo;
  readonly cuts: number;
  readonly tally: Tally;
  readonly signal: AbortSignal;
};

/** A turn that is also announced by "is typing". */
const TYPING_CHANCE = 0.25;

type Sent = { sendMessage: { message: { seq: number }; duplicate: boolean } };

/** A conversation that has been started: both sides follow it, take turns, and finish it. */
export class DialoguePlay {
  readonly transcript: Omit<Transcript, 'fresh' | 'ended'>;
  readonly #options: PlayOptions;
  readonly #conversationId: string;
  readonly #sent: SentMessage[] = [];
  readonly #sentAt = new Map<string, { from: Side; at: number }>();
  readonly #followers: Record<Side, Follower>;

  constructor(options: PlayOptions, conversationId: string, participants: Record<Side, string>) {
    this.#options = options;
    this.#conversationId = conversationId;
    const { agent, customer, tempo, signal } = options;
    const log = (side: Side): FollowerLog =>
      options[side].recorder.record(conversationId, (frame) => this.#measure(side, frame));
    this.transcript = { participants, sent: this.#sent, logs: { customer: log('customer'), agent: log('agent') } };
    const follower = (who: Side) =>
      new Follower({
        who,
        connection: options[who].connection,
        conversationId,
        participantId: participants[who],
        tempo,
        signal,
      });
    this.#followers = { customer: follower('customer'), agent: follower('agent') };
    this.#followAsCustomer(customer.connection, this.#followers.customer);
    agent.join(conversationId, this.#followers.agent);
  }

  #followAsCustomer(connection: Connection, follower: Follower): void {
    connection.follow(
      'FollowConversation',
      {
        conversationId: this.#conversationId,
        get afterSeq() {
          return follower.position;
        },
      },
      (data) => {
        const update = updateOf(data);
        if (update) follower.take(update);
      },
      (error) => follower.fail(error),
    );
  }

  async run(): Promise<void> {
    const { dialogue, agent, customer, cuts } = this.#options;
    const random = seededRandom(dialogue.id);
    const plan = planCuts(random, dialogue.turns.length, cuts);
    const claim = () => agent.connection.request('Claim', { input: { conversationId: this.#conversationId } });
    // A customer may have written before an agent is there: then the agent finds the first message in the backlog.
    const claimedFirst = dialogue.turns[0]!.from === 'agent' || random.chance(0.5);
    let claimed = claimedFirst ? claim() : undefined;
    await claimed;
    for (const [index, turn] of dialogue.turns.entries()) {
      const cutting = Promise.all(plan[index]!.map((cut) => this.#cut(cut)));
      const before = index > 0 ? dialogue.turns[index - 1] : undefined;
      const sending = this.#say(turn, before, random.chance(TYPING_CHANCE));
      claimed ??= claim();
      await Promise.all([sending, cutting, claimed]);
    }
    await this.#finish(customer.connection, agent.connection);
  }

  async #say({ from, text }: Turn, before: Turn | undefined, announced: boolean): Promise<void> {
    const { tempo, signal } = this.#options;
    if (before && before.from !== from) await tempo.read(before.text.length, signal);
    const stopTyping = announced ? this.#announceTyping(from) : undefined;
    let id: string;
    try {
      await tempo.type(text.length, signal);
      id = await this.#send(from, text);
    } finally {
      stopTyping?.();
    }
    await this.#followers[otherSide(from)].received(id);
  }

  async #send(from: Side, body: string): Promise<string> {
    const { tally } = this.#options;
    const message: SentMessage = { id: uuidv7(), from, body };
    const input = {
      id: message.id,
      conversationId: this.#conversationId,
      body,
      // Read at each attempt.
      get sentAt() {
        return new Date().toISOString();
      },
    };
    const at = performance.now();
    this.#sent.push(message);
    this.#sentAt.set(message.id, { from, at });
    tally.messages.sent++;
    const { sendMessage } = await this.#options[from].connection.request<Sent>('Send', { input });
    tally.latency.sendToAcknowledged.record(performance.now() - at);
    tally.messages.acknowledged++;
    if (sendMessage.duplicate) tally.messages.resent++;
    message.seq = sendMessage.message.seq;
    return message.id;
  }

  #announceTyping(from: Side): () => void {
    const { tempo } = this.#options;
    const { connection } = this.#options[from];
    const follower = this.#followers[from];
    return announceTyping(connection, this.#conversationId, tempo.unhurried, (error) => follower.fail(error));
  }

  async #cut({ side, delayMs }: Cut): Promise<void> {
    await sleep(delayMs);
    await this.#options[side].connection.cut();
  }

  async #finish(customer: Connection, agent: Connection): Promise<void> {
    const input = { conversationId: this.#conversationId };
    const { closeConversation } = await agent.request<{ closeConversation: { conversation: { headSeq: number } } }>(
      'Close',
      { input },
    );
    await customer.request('Rate', { input: { ...input, ...planRating(this.#options.dialogue.id) } });
    const { headSeq } = closeConversation.conversation;
    const last = (side: Side) => Math.max(0, ...this.#sent.filter(({ from }) => from === side).map(({ seq }) => seq!));
    await Promise.all(
      (['customer', 'agent'] as const).flatMap((side) => [
        this.#followers[side].reached(headSeq),
        this.#followers[side].readByOther(last(side)),
      ]),
    );
  }

  #measure(side: Side, { messageId, committedAt, receivedAt, live }: PostedFrame): void {
    const { messages, latency } = this.#options.tally;
    messages.received++;
    const sent = this.#sentAt.get(messageId);
    if (!sent || sent.from === side || !live) return;
    latency.commitToReceived.record(Math.max(0, performance.timeOrigin + receivedAt - committedAt));
    latency.sendToReceived.record(receivedAt - sent.at);
  }
}
