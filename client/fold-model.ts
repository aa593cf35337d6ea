import type { ConversationUpdate, DurableEvent, Person, WireMessage, WirePage, WireSnapshot } from './types.ts';

/*
 * A second, plainer telling of what the server promises, for the fold's property test: tables and a log, without a thought
 * for how a client keeps them.
 */

export type Command =
  | { do: 'post' | 'join' | 'leave' | 'type'; who: string }
  | { do: 'edit' | 'delete' | 'double'; at: number }
  | { do: 'receipt'; who: string; upTo: number; read: boolean }
  | { do: 'presence'; who: string; online: boolean }
  | { do: 'change' | 'break' | 'resume' | 'earlier' };

interface Row {
  message: WireMessage;
}

const conversationId = 'c';
/** Who looks. */
const viewer = 'cyrus';
const person = (id: string): Person => ({ id, name: id, role: id === 'cyrus' ? 'CUSTOMER' : 'AGENT' });

export class ServerModel {
  headSeq = 0;
  changes = 0;
  readonly rows: Row[] = [];
  readonly log: (() => DurableEvent)[] = [];
  readonly members = new Map([[viewer, { delivered: 0, read: 0, left: false }]]);
  readonly online = new Set<string>();

  /** Does it, and returns what a live subscriber gets. */
  run(command: Command): ConversationUpdate[] {
    switch (command.do) {
      case 'post':
        return this.isPresent(command.who) ? this.post(command.who) : [];
      case 'edit':
      case 'delete':
        return this.rewrite(command.at, command.do === 'delete');
      case 'join':
        return this.isPresent(command.who) ? [] : this.join(command.who);
      case 'leave':
        return command.who !== viewer && this.isPresent(command.who) ? this.leave(command.who) : [];
      case 'change':
        this.changes += 1;
        return this.append((seq) => ({
          __typename: 'ConversationChanged',
          conversationId,
          seq,
          conversation: this.fields(),
        }));
      case 'receipt':
        return this.receipt(command.who, Math.min(command.upTo, this.headSeq), command.read);
      case 'presence':
        if (command.online) this.online.add(command.who);
        else this.online.delete(command.who);
        return [this.presenceOf(command.who)];
      case 'type':
        return [{ __typename: 'TypingChanged', conversationId, participant: person(command.who), typing: true }];
      default:
        return [];
    }
  }

  /** A new subscription: state whole, the backlog with its objects as they are now, CaughtUp. */
  stream(afterSeq: number): ConversationUpdate[] {
    return [
      ...[...this.members.keys()].map((id) => this.receiptOf(id)),
      ...[...this.members.keys()].map((id) => this.presenceOf(id)),
      ...this.log.slice(afterSeq).map((event) => event()),
      { __typename: 'CaughtUp', conversationId, headSeq: this.headSeq },
    ];
  }

  snapshot(last: number): WireSnapshot {
    return {
      viewer: person(viewer),
      conversation: {
        ...this.fields(),
        headSeq: this.headSeq,
        unreadCount: this.unreadCount(),
        members: [...this.members].map(([id, m]) => ({
          participant: { ...person(id), online: this.online.has(id) },
          deliveredSeq: m.delivered,
          readSeq: m.read,
          leftAt: m.left ? 'some day' : null,
        })),
        messages: this.page(last, Number.POSITIVE_INFINITY),
        survey: null,
      },
    };
  }

  page(last: number, before: number): WirePage {
    const all = this.rows.map((row) => this.withStatus(row)).filter(({ seq }) => seq < before);
    const shown = all.slice(-last);
    return {
      edges: shown.map((node) => ({ node })),
      pageInfo: { hasPreviousPage: all.length > shown.length, startCursor: shown[0] ? String(shown[0].seq) : null },
    };
  }

  unreadCount(): number {
    const { read } = this.members.get(viewer)!;
    return this.rows.filter(({ message: m }) => m.seq > read && m.sender.id !== viewer && !m.deletedAt).length;
  }

  private append(event: (seq: number) => DurableEvent): ConversationUpdate[] {
    const seq = ++this.headSeq;
    this.log.push(() => event(seq));
    return [event(seq)];
  }

  private post(sender: string): ConversationUpdate[] {
    const seq = this.headSeq + 1;
    const row: Row = {
      message: {
        id: `m${seq}`,
        seq,
        sender: person(sender),
        body: `body ${seq}`,
        version: 1,
        status: 'SENT',
        sentAt: null,
        createdAt: `t${seq}`,
        editedAt: null,
        deletedAt: null,
      },
    };
    this.rows.push(row);
    return this.append((s) => ({ __typename: 'MessagePosted', conversationId, seq: s, message: this.withStatus(row) }));
  }

  private rewrite(at: number, deletes: boolean): ConversationUpdate[] {
    const row = this.rows[at % Math.max(1, this.rows.length)];
    if (!row || row.message.deletedAt) return [];
    const version = row.message.version + 1;
    const change = deletes
      ? { body: null, deletedAt: `d${version}` }
      : { body: `edit ${version}`, editedAt: `e${version}` };
    row.message = { ...row.message, ...change, version };
    const __typename = deletes ? 'MessageDeleted' : 'MessageEdited';
    return this.append((seq) => ({ __typename, conversationId, seq, message: this.withStatus(row) }));
  }

  private join(id: string): ConversationUpdate[] {
    const before = this.members.get(id);
    this.members.set(id, { delivered: before?.delivered ?? 0, read: before?.read ?? 0, left: false });
    const joined = () => ({ ...person(id), online: this.online.has(id) });
    return this.append((seq) => ({ __typename: 'ParticipantJoined', conversationId, seq, participant: joined() }));
  }

  private leave(id: string): ConversationUpdate[] {
    this.members.get(id)!.left = true;
    return this.append((seq) => ({ __typename: 'ParticipantLeft', conversationId, seq, participant: person(id) }));
  }

  private receipt(id: string, upTo: number, read: boolean): ConversationUpdate[] {
    const member = this.members.get(id);
    if (!member) return [];
    member.delivered = Math.max(member.delivered, upTo);
    if (read) member.read = Math.max(member.read, upTo);
    return [this.receiptOf(id)];
  }

  private receiptOf(id: string): ConversationUpdate {
    const { delivered, read } = this.members.get(id)!;
    return {
      __typename: 'ReceiptAdvanced',
      conversationId,
      participant: person(id),
      deliveredSeq: delivered,
      readSeq: read,
    };
  }

  private presenceOf(id: string): ConversationUpdate {
    return { __typename: 'PresenceChanged', conversationId, participant: person(id), online: this.online.has(id) };
  }

  private isPresent(id: string): boolean {
    return this.members.get(id)?.left === false;
  }

  private fields() {
    return {
      id: conversationId,
      subject: `subject ${this.changes}`,
      topic: null,
      queue: null,
      status: 'OPEN' as const,
      priority: 'NORMAL' as const,
      assignee: null,
      createdAt: 't0',
      closedAt: null,
    };
  }

  /** By the contract's words: SENT until any other member, present or past, has delivered or read this seq. */
  private withStatus({ message }: Row): WireMessage {
    const others = [...this.members].filter(([id]) => id !== message.sender.id).map(([, m]) => m);
    if (others.some(({ read }) => read >= message.seq)) return { ...message, status: 'READ' };
    if (others.some(({ delivered }) => delivered >= message.seq)) return { ...message, status: 'DELIVERED' };
    return message;
  }
}
