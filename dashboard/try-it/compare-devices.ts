import type { ConfirmedMessage, ConversationView } from '../../client/index.ts';

/** What one device still has to get or to give. */
export interface Behind {
  /** Messages that the other device has and this one has not. */
  readonly missing: number;
  /** Written here, not yet stored by the server. */
  readonly queued: number;
}

export type Comparison =
  | { readonly agree: true; readonly messages: number }
  | { readonly agree: false; readonly customer: Behind; readonly agent: Behind };

type View = Pick<ConversationView, 'messages'>;

const confirmed = ({ messages }: View) => messages.filter((m): m is ConfirmedMessage => m.seq !== null);

/** Whether two devices hold the same messages, in the same versions and the same order. */
export function compareDevices(customer: View, agent: View): Comparison {
  const theirs = { customer: confirmed(customer), agent: confirmed(agent) };
  const same =
    theirs.customer.length === theirs.agent.length &&
    theirs.customer.every((message, place) => {
      const other = theirs.agent[place];
      return other?.id === message.id && other.version === message.version && other.body === message.body;
    });
  const behind = (own: View, mine: ConfirmedMessage[], others: ConfirmedMessage[]): Behind => {
    const known = new Set(mine.map(({ id }) => id));
    return {
      missing: others.filter(({ id }) => !known.has(id)).length,
      queued: own.messages.filter((m) => m.change?.status === 'pending' || (m.seq === null && m.status === 'pending'))
        .length,
    };
  };
  const difference = {
    customer: behind(customer, theirs.customer, theirs.agent),
    agent: behind(agent, theirs.agent, theirs.customer),
  };
  const nothingQueued = difference.customer.queued === 0 && difference.agent.queued === 0;
  return same && nothingQueued ? { agree: true, messages: theirs.customer.length } : { agree: false, ...difference };
}
