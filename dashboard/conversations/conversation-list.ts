/* What the page of conversations asks for; to-entries.test.ts holds it against the schema. */

import type { ConversationStatus, Person, Priority } from '../../client/index.ts';

export interface ListedConversation {
  readonly id: string;
  readonly subject: string | null;
  readonly queue: string | null;
  readonly topic: string | null;
  readonly status: ConversationStatus;
  readonly priority: Priority;
  readonly assignee: Person | null;
  readonly members: readonly { readonly participant: Person; readonly leftAt: string | null }[];
  readonly createdAt: string;
  readonly activeAt: string;
}

export interface ConversationPage {
  readonly conversations: {
    readonly edges: readonly { readonly node: ListedConversation }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export const conversationsQuery = `query Conversations($filter: ConversationFilter, $first: Int = 50, $after: String) {
  conversations(filter: $filter, first: $first, after: $after) {
    edges {
      node {
        id subject queue topic status priority createdAt activeAt
        assignee { id name role }
        members { participant { id name role } leftAt }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const agentsQuery = `query Agents {
  participants(role: [AGENT, MANAGER], first: 100) { edges { node { id name role } } }
}`;

export interface Agents {
  readonly participants: { readonly edges: readonly { readonly node: Person }[] };
}

export const statusText = { WAITING: 'Waiting', OPEN: 'Open', CLOSED: 'Closed' } as const;
export const priorityText = { LOW: 'Low', NORMAL: 'Normal', HIGH: 'High', URGENT: 'Urgent' } as const;
export const roleText = { CUSTOMER: 'Customer', AGENT: 'Agent', MANAGER: 'Manager' } as const;

const isCustomer = ({ participant }: ListedConversation['members'][number]) => participant.role === 'CUSTOMER';

/** Whom it is with, also where they have left. */
export const customersOf = ({ members }: ListedConversation): string =>
  members
    .filter(isCustomer)
    .map(({ participant }) => participant.name)
    .join(', ');
