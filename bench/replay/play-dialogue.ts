import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Agent } from './agent-pool.ts';
import { type Connection, Refused } from './connection.ts';
import { type Dialogue, otherSide, type Side, type Turn } from './dialogue.ts';
import { Follower, Stalled } from './follower.ts';
import type { FrameRecorder, PostedFrame } from './frame-recorder.ts';
import type { Tempo } from './human-tempo.ts';
import { judgeTranscript } from './judge-transcript.ts';
import { updateOf } from './operations.ts';
import { type Cut, planCuts } from './plan-cuts.ts';
import { planRating } from './plan-rating.ts';
import { reviewConversation } from './review-conversation.ts';
import { seededRandom } from './seeded-random.ts';
import type { Tally } from './tally.ts';
import type { FollowerLog, FreshView, SentMessage, Transcript } from './transcript.ts';

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
/** A typing notice lasts 6 s. */
const TYPING_RENEWAL_MS = 4_000;
const MAX_SUBJECT = 80;

/**
 * Plays one dialogue from its start to the customer's rating, then judges it. Throws when it could not be played to its
 * end; what the frames show up to there is judged all the same.
 */
export async function playDialogue(options: PlayOptions): Promise<void> {
  const { dialogue, customer, agent, tally } = options;
  const conversationId = uuidv7();
  const { startConversation } = await customer.connection.request<Started>('Start', {
    input: { id: conversationId, subject: subjectOf(dialogue), topic: dialogue.topic },
  });
  const participants = {
    customer: startConversation.conversation.members[0]!.participant.id,
    agent: agent.participantId,
  };
  const play = new Play(options, conversationId, participants);
  const judge = async (ended: boolean, settled: boolean) => {
    let fresh: FreshView | undefined;
    try {
      fresh = settled ? await reviewConversation(customer.connection, conversationId) : undefined;
    } finally {
      agent.leave(conversationId, ended);
      customer.recorder.finish(conversationId, ended);
      tally.addFindings(dialogue.id, judgeTranscript({ ...play.transcript, fresh, ended }));
    }
  };
  try {
    await play.run();
  } catch (error) {
    // After a stall the connections hold, and what is missing is missing; after any other failure that cannot be said.
    await judge(false, error instanceof Stalled);
    throw error;
  }
  await judge(true, true);
}

type Sent = { sendMessage: { message: { seq: number }; duplicate: boolean } };
type Started = { startConversation: { conversation: { members: { participant: { id: string } }[] } } };

class Play {
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
    const stopTyping = announced ? this.#startTyping(this.#options[from].connection) : undefined;
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

  #startTyping(connection: Connection): () => void {
    const type = (typing: boolean) =>
      connection.request('Type', { input: { conversationId: this.#conversationId, typing } }).catch((error: Error) => {
        // A notice that is tried again after a lost connection may come too late; anything else is a fault.
        if (!(error instanceof Refused && error.code === 'CONVERSATION_CLOSED')) this.#followers.customer.fail(error);
      });
    void type(true);
    const renewal = this.#options.tempo.unhurried ? setInterval(() => void type(true), TYPING_RENEWAL_MS) : undefined;
    return () => {
      clearInterval(renewal);
      void type(false);
    };
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

function subjectOf({ turns }: Dialogue): string {
  const first = turns.find(({ from }) => from === 'customer') ?? turns[0]!;
  const characters = [...first.text];
  return characters.length > MAX_SUBJECT ? `${characters.slice(0, MAX_SUBJECT - 1).join('')}…` : first.text;
}
