import { WebSocket } from 'ws';
import type { Attempt, Device, Finding, Stream } from '../harness/check-history.ts';

type Message = { id?: string; type: string; payload?: any };
type Received = Stream['received'][number];
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type RunningStream = { afterSeq: number; received: Received[]; watermarks: Map<string, number> };
type Operation =
  | { kind: 'send'; attempt: Mutable<Attempt> }
  | { kind: 'follow'; conversationId: string; stream: RunningStream }
  /** Of all the viewer's conversations; where there is no position, the first event says where it began. */
  | { kind: 'inbox'; positions: Map<string, number>; streams: Map<string, RunningStream> };

/**
 * Everything one device sends and receives, written down as the socket carries it, beneath any client's care: each attempt
 * to send and what became of it, and each subscription with what it brought.
 */
export class Recorder {
  readonly name: string;
  readonly closeCodes: number[] = [];
  /** How often it has connected. */
  connects = 0;
  readonly findings: Finding[] = [];
  /** By conversation. */
  readonly attempts = new Map<string, Attempt[]>();
  /** The highest watermarks that ever came, by conversation and participant. */
  readonly watermarks = new Map<string, { deliveredSeq: number; readSeq: number }>();
  readonly #streams = new Map<string, RunningStream[]>();
  readonly #highest = new Map<string, number>();
  readonly #sockets = new Set<WebSocket>();

  constructor(name: string) {
    this.name = name;
  }

  /** The newest event of a conversation that ever came. */
  highest(conversationId: string): number {
    return this.#highest.get(conversationId) ?? 0;
  }

  /** What the judge is to look at; undefined for a conversation that this device never followed. */
  device(conversationId: string): Device | undefined {
    const streams = this.#streams.get(conversationId);
    const running = streams?.at(-1);
    return running && { name: this.name, brokenOff: streams!.slice(0, -1), ...running };
  }

  /** The network of this device breaks without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** A WebSocket class for the device's client. */
  get webSocket(): typeof WebSocket {
    const opened = (socket: WebSocket) => this.#tap(socket);
    return class TappedSocket extends WebSocket {
      readonly #sent: (message: Message) => void;

      constructor(url: string, protocols: string[]) {
        super(url, protocols, { perMessageDeflate: false });
        this.#sent = opened(this);
      }

      override send(data: string, ...rest: never[]): void {
        this.#sent(JSON.parse(data));
        super.send(data, ...rest);
      }
    } as unknown as typeof WebSocket;
  }

  #tap(socket: WebSocket): (message: Message) => void {
    const operations = new Map<string, Operation>();
    this.#sockets.add(socket);
    this.connects += 1;
    socket.on('error', () => {}); // one that is ended while it connects says so; 'close' tells
    socket.on('message', (data) => this.#received(operations, JSON.parse(String(data))));
    socket.on('close', (code) => {
      this.#sockets.delete(socket);
      this.closeCodes.push(code);
    });
    return (message) => {
      // A stream that its client gave up may still bring what was under way: it is nobody's any more.
      if (message.type === 'complete') operations.delete(message.id!);
      else if (message.type === 'subscribe') {
        const operation = this.#begin(message.payload);
        if (operation) operations.set(message.id!, operation);
      }
    };
  }

  #begin({ query, variables = {} }: { query: string; variables?: any }): Operation | undefined {
    if (query.includes('sendMessage(')) {
      const { id, conversationId, body } = variables.input;
      // Unknown until there is an answer: a socket may die, or be given up, without a word.
      const attempt: Attempt = { id, body, outcome: 'unknown' };
      const attempts = this.attempts.get(conversationId) ?? [];
      this.attempts.set(conversationId, attempts);
      attempts.push(attempt);
      return { kind: 'send', attempt };
    }
    if (query.includes('conversationUpdates(')) {
      const conversationId = variables.conversationId ?? variables.id;
      return { kind: 'follow', conversationId, stream: this.#openStream(conversationId, variables.afterSeq) };
    }
    if (query.includes('inboxUpdates')) {
      const positions: { conversationId: string; seq: number }[] = variables.positions ?? [];
      const known = new Map(positions.map(({ conversationId, seq }) => [conversationId, seq]));
      return { kind: 'inbox', positions: known, streams: new Map() };
    }
    return undefined;
  }

  #openStream(conversationId: string, afterSeq: number): RunningStream {
    const stream = { afterSeq, received: [], watermarks: new Map() };
    const streams = this.#streams.get(conversationId) ?? [];
    this.#streams.set(conversationId, [...streams, stream]);
    return stream;
  }

  #received(operations: Map<string, Operation>, { id = '', type, payload }: Message): void {
    const operation = operations.get(id);
    if (!operation) return;
    if (type === 'error' || type === 'complete' || operation.kind === 'send') {
      operations.delete(id);
      if (operation.kind === 'send' && type !== 'complete')
        answer(operation.attempt, payload?.data, payload?.errors ?? (type === 'error' ? payload : []));
    } else if (payload.data?.conversationUpdates) {
      this.#update(operation, payload.data.conversationUpdates);
    } else if (payload.data?.inboxUpdates) {
      const { conversation, update } = payload.data.inboxUpdates;
      this.#update(operation, { ...update, conversationId: conversation.id });
    }
  }

  #update(operation: Operation, update: any): void {
    const { __typename: type, conversationId, seq, message } = update;
    if (operation.kind === 'send') return;
    if (operation.kind === 'follow' && operation.conversationId !== conversationId) {
      this.#found('unexpected', `${type} of another conversation came on a subscription`);
      return;
    }
    const stream = operation.kind === 'follow' ? operation.stream : this.#inboxStream(operation, conversationId, seq);
    if (type === 'ReceiptAdvanced') this.#receipt(stream, update);
    if (typeof seq !== 'number') return;
    stream.received.push({ seq, messageId: type === 'MessagePosted' ? message.id : null });
    if (seq > this.highest(conversationId)) this.#highest.set(conversationId, seq);
  }

  #inboxStream(operation: Operation & { kind: 'inbox' }, conversationId: string, seq?: number): RunningStream {
    const known = operation.streams.get(conversationId);
    if (known) return known;
    const nothing = { afterSeq: 0, received: [], watermarks: new Map() };
    const begins = operation.positions.get(conversationId) ?? (seq === undefined ? undefined : seq - 1);
    if (begins === undefined) return nothing;
    const stream = this.#openStream(conversationId, begins);
    operation.streams.set(conversationId, stream);
    return stream;
  }

  /** D7: on one subscription, nobody's watermarks ever fall. */
  #receipt({ watermarks }: RunningStream, { conversationId, participant, deliveredSeq, readSeq }: any): void {
    const known = this.watermarks.get(`${conversationId} ${participant.id}`);
    this.watermarks.set(`${conversationId} ${participant.id}`, {
      deliveredSeq: Math.max(deliveredSeq, known?.deliveredSeq ?? 0),
      readSeq: Math.max(readSeq, known?.readSeq ?? 0),
    });
    for (const [what, seq] of Object.entries({ deliveredSeq, readSeq })) {
      const key = `${what} of ${participant.id}`;
      const before = watermarks.get(key) ?? 0;
      if (seq < before) this.#found('order', `saw ${key} fall from ${before} to ${seq}`);
      watermarks.set(key, seq);
    }
  }

  #found(kind: Finding['kind'], what: string): void {
    this.findings.push({ kind, what: `${this.name} ${what}` });
  }
}

/** What repeating may mend is not refused, and may have been stored. */
const TEMPORARY = ['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR', 'UNAUTHENTICATED'];

function answer(attempt: Mutable<Attempt>, data: any, errors: { extensions?: { code?: string } }[]): void {
  if (errors.length > 0) {
    if (!TEMPORARY.includes(errors[0]!.extensions?.code ?? '')) attempt.outcome = 'refused';
  } else if (data?.sendMessage) {
    attempt.outcome = 'acknowledged';
    attempt.seq = data.sendMessage.message.seq;
  }
}
