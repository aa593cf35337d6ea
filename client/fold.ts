import type {
  ConversationFields,
  ConversationUpdate,
  DurableEvent,
  PassingChange,
  Person,
  Survey,
  WireMessage,
  WireMessageStatus,
  WirePage,
  WireSnapshot,
} from './types.ts';
import { isDurable } from './types.ts';

/*
 * What a device knows of a conversation, and how each update changes it. Pure, so that the promise "the state folded from
 * live events equals what a fresh query returns" (D10) can be tested over any order of events.
 */

export type MessageStatus = 'sent' | 'delivered' | 'read';

export interface Message extends Omit<WireMessage, 'status'> {
  readonly status: MessageStatus;
}

export interface Member extends Person {
  /** False for somebody who left or was removed; their watermarks still count. */
  readonly present: boolean;
  readonly online: boolean;
  readonly typing: boolean;
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

export interface ConversationState extends ConversationFields {
  readonly viewer: Person;
  /** The newest durable event applied: the position from which to resume. */
  readonly headSeq: number;
  /** Whether everything up to the server's head is here, as far as the server has said. */
  readonly caughtUp: boolean;
  readonly members: readonly Member[];
  /** By seq, from `fromSeq` to the head, all of them. */
  readonly messages: readonly Message[];
  /** Messages below this seq are not loaded; 1 when all are. */
  readonly fromSeq: number;
  /** For the page before `fromSeq`; null when there is none, UNKNOWN_CURSOR where the cache has cut the messages off. */
  readonly earlierCursor: string | null;
  /** Newer copies of messages below `fromSeq`, kept for the page that will show them. */
  readonly unshown: readonly Message[];
  /** Unread messages below `fromSeq`, as the server counted them when this was opened. */
  readonly unreadBefore: number;
  readonly survey: Survey | null;
}

/** There are earlier messages, but the place before the oldest one here has to be looked for from the newest on. */
export const UNKNOWN_CURSOR = '?';

const statusOrder: readonly MessageStatus[] = ['sent', 'delivered', 'read'];
const fromWire: Record<WireMessageStatus, MessageStatus> = { SENT: 'sent', DELIVERED: 'delivered', READ: 'read' };

const later = (a: MessageStatus, b: MessageStatus) => (statusOrder.indexOf(a) >= statusOrder.indexOf(b) ? a : b);

/** From the answer to `conversationQuery`. */
export function foldSnapshot({ viewer, conversation }: WireSnapshot): ConversationState {
  const { members, messages, survey, unreadCount, headSeq, ...fields } = conversation;
  const empty: ConversationState = {
    ...fields,
    viewer,
    headSeq,
    caughtUp: false,
    members: members.map(({ participant, deliveredSeq, readSeq, leftAt }) => ({
      ...participant,
      present: leftAt === null,
      typing: false,
      deliveredSeq,
      readSeq,
    })),
    messages: [],
    fromSeq: headSeq + 1,
    earlierCursor: null,
    unshown: [],
    unreadBefore: 0,
    survey,
  };
  const state = foldEarlier(empty, messages);
  return { ...state, unreadBefore: state.fromSeq === 1 ? 0 : Math.max(0, unreadCount - unreadLoaded(state)) };
}

/** Puts a page of earlier messages before those that are here. */
export function foldEarlier(state: ConversationState, page: WirePage): ConversationState {
  const copies = page.edges
    .map(({ node }) => withReceipts(state.members, toMessage(node)))
    // What was posted while the page was read comes by the stream, in its turn.
    .filter(({ seq }) => seq < state.fromSeq)
    .map((message) => newerOf(message, state.unshown.find(({ id }) => id === message.id) ?? message));
  const { hasPreviousPage, startCursor } = page.pageInfo;
  const fromSeq = hasPreviousPage && copies[0] ? copies[0].seq : 1;
  const earlier = {
    ...state,
    messages: [...copies, ...state.messages],
    fromSeq,
    earlierCursor: hasPreviousPage ? startCursor : null,
    unshown: state.unshown.filter(({ seq }) => seq < fromSeq),
  };
  // With everything here there is nothing left to take the server's word for.
  const moved = fromSeq === 1 ? state.unreadBefore : unreadLoaded(earlier) - unreadLoaded(state);
  return { ...earlier, unreadBefore: Math.max(0, state.unreadBefore - moved) };
}

/** Whether something is missing before this update. */
export function isHole(state: ConversationState, update: ConversationUpdate): boolean {
  if (isDurable(update)) return update.seq > state.headSeq + 1;
  return update.__typename === 'CaughtUp' && update.headSeq > state.headSeq;
}

/** The state after an update. What was applied before, or does not follow the head, changes nothing. */
export function applyUpdate(state: ConversationState, update: ConversationUpdate): ConversationState {
  if (!isDurable(update)) return applyChange(state, update);
  if (update.seq !== state.headSeq + 1) return state;
  return { ...applyEvent(state, update), headSeq: update.seq };
}

function applyEvent(state: ConversationState, event: DurableEvent): ConversationState {
  switch (event.__typename) {
    case 'MessagePosted':
      return setTyping(upsertMessage(state, event.message), event.message.sender.id, false);
    case 'MessageEdited':
    case 'MessageDeleted':
      return upsertMessage(state, event.message);
    case 'ParticipantJoined':
      return upsertMember(state, event.participant, { present: true, online: event.participant.online });
    case 'ParticipantLeft':
      return upsertMember(state, event.participant, { present: false, typing: false });
    case 'ParticipantIdentified':
      return identify(state, event.participant, event.formerId);
    case 'ParticipantDeleted': // the same person, without a name: what they wrote is gone by now
      return identify(state, { ...event.participant, online: false }, event.participant.id);
    case 'ConversationChanged':
      return { ...state, ...event.conversation };
    default:
      return state; // of a server that knows more
  }
}

function applyChange(state: ConversationState, change: PassingChange): ConversationState {
  switch (change.__typename) {
    case 'ReceiptAdvanced':
      return advanceReceipt(state, change.participant, change.deliveredSeq, change.readSeq);
    case 'TypingChanged':
      return setTyping(state, change.participant.id, change.typing);
    case 'PresenceChanged':
      return changeMember(state, change.participant.id, { online: change.online });
    case 'CaughtUp':
      return state.caughtUp ? state : { ...state, caughtUp: true };
  }
}

/** The server's answer to a change: its copy of a message, ahead of the event that will tell of it. */
export function mergeMessage(state: ConversationState, copy: WireMessage): ConversationState {
  return copy.seq <= state.headSeq ? upsertMessage(state, copy) : state;
}

/** After the stream broke: who types is news that has gone stale, and newer events may exist. */
export function interrupt(state: ConversationState): ConversationState {
  return { ...state, caughtUp: false, members: state.members.map((m) => (m.typing ? { ...m, typing: false } : m)) };
}

export function setTyping(state: ConversationState, participantId: string, typing: boolean): ConversationState {
  return changeMember(state, participantId, { typing });
}

/** Watermarks only grow (D7), and with them the status of every message that others sent before. */
export function advanceReceipt(
  state: ConversationState,
  person: Person,
  deliveredSeq: number,
  readSeq: number,
): ConversationState {
  const before = state.members.find(({ id }) => id === person.id);
  const delivered = Math.max(deliveredSeq, before?.deliveredSeq ?? 0);
  const read = Math.max(readSeq, before?.readSeq ?? 0);
  if (before && delivered === before.deliveredSeq && read === before.readSeq) return state;
  const advanced = upsertMember(state, person, { deliveredSeq: delivered, readSeq: read });
  const passedWindow = person.id === state.viewer.id && read >= state.fromSeq - 1;
  return {
    ...advanced,
    messages: state.messages.map((message) => withReceipts(advanced.members, message)),
    unreadBefore: passedWindow ? 0 : state.unreadBefore,
  };
}

/** Others' messages, not deleted, above the viewer's read watermark; 0 for somebody who is not a member. */
export function unreadCount(state: ConversationState): number {
  return state.unreadBefore + unreadLoaded(state);
}

function unreadLoaded({ members, messages, viewer }: ConversationState): number {
  const me = members.find(({ id }) => id === viewer.id);
  if (!me?.present) return 0;
  return messages.filter((m) => m.seq > me.readSeq && m.sender.id !== viewer.id && m.deletedAt === null).length;
}

const toMessage = (copy: WireMessage): Message => ({ ...copy, status: fromWire[copy.status] });

/** Two copies of one message: the higher version wins, and the status never goes back. */
function newerOf(a: Message, b: Message): Message {
  const newer = b.version > a.version ? b : a;
  const status = later(a.status, b.status);
  return status === newer.status ? newer : { ...newer, status };
}

function withReceipts(members: readonly Member[], message: Message): Message {
  let status = message.status;
  for (const { id, deliveredSeq, readSeq } of members) {
    if (id === message.sender.id) continue;
    if (readSeq >= message.seq) status = 'read';
    else if (deliveredSeq >= message.seq) status = later(status, 'delivered');
  }
  return status === message.status ? message : { ...message, status };
}

function upsertMessage(state: ConversationState, copy: WireMessage): ConversationState {
  const message = withReceipts(state.members, toMessage(copy));
  if (message.seq < state.fromSeq) {
    const rest = state.unshown.filter(({ id }) => id !== message.id);
    const known = state.unshown.find(({ id }) => id === message.id) ?? message;
    return { ...state, unshown: [...rest, newerOf(known, message)] };
  }
  // Nearly always the newest: look from the end.
  const at = state.messages.findLastIndex(({ seq }) => seq <= message.seq);
  const known = state.messages[at];
  if (known?.id !== message.id) return { ...state, messages: state.messages.toSpliced(at + 1, 0, message) };
  return { ...state, messages: state.messages.with(at, newerOf(known, message)) };
}

/** A visitor is somebody now: one member takes the other's place, and what they wrote is theirs. */
function identify(
  state: ConversationState,
  { online, ...person }: Person & { readonly online: boolean },
  formerId: string,
): ConversationState {
  const former = state.members.find(({ id }) => id === formerId);
  const known = state.members.find(({ id }) => id === person.id);
  const place = known ?? former;
  const merged: Member = {
    ...person,
    online,
    typing: false,
    present: Boolean(former?.present || known?.present),
    deliveredSeq: Math.max(former?.deliveredSeq ?? 0, known?.deliveredSeq ?? 0),
    readSeq: Math.max(former?.readSeq ?? 0, known?.readSeq ?? 0),
  };
  const renamed = (message: Message) => (message.sender.id === formerId ? { ...message, sender: person } : message);
  return {
    ...state,
    members: place
      ? state.members.flatMap((member) => (member === place ? [merged] : member === former ? [] : [member]))
      : [...state.members, merged],
    messages: state.messages.map(renamed),
    unshown: state.unshown.map(renamed),
  };
}

function changeMember(state: ConversationState, id: string, change: Partial<Member>): ConversationState {
  const at = state.members.findIndex((member) => member.id === id);
  const member = state.members[at];
  if (!member || Object.entries(change).every(([key, value]) => member[key as keyof Member] === value)) return state;
  return { ...state, members: state.members.with(at, { ...member, ...change }) };
}

function upsertMember(state: ConversationState, person: Person, change: Partial<Member>): ConversationState {
  const { id, name, role } = person;
  if (state.members.some((member) => member.id === id)) return changeMember(state, id, { name, role, ...change });
  const member = {
    present: true,
    online: false,
    typing: false,
    deliveredSeq: 0,
    readSeq: 0,
    ...change,
    id,
    name,
    role,
  };
  return { ...state, members: [...state.members, member] };
}
