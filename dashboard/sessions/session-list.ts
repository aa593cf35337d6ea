/* What the page of sessions asks for and does; conversations/to-entries.test.ts holds it against the schema. */

import type { Person } from '../../client/index.ts';

export interface Login {
  readonly id: string;
  readonly participant: Person;
  readonly device: string | null;
  readonly platform: string | null;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly location: string | null;
  readonly startedAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string | null;
  readonly endedAt: string | null;
  readonly current: boolean;
}

export interface LoginPage {
  readonly sessions: {
    readonly edges: readonly { readonly node: Login }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** everybody: without it, and without a participant, one's own. */
export const sessionsQuery = `query Sessions(
  $participantId: ID
  $everybody: Boolean!
  $past: Boolean
  $first: Int = 50
  $after: String
) {
  sessions(participantId: $participantId, everybody: $everybody, past: $past, first: $first, after: $after) {
    edges {
      node {
        id device platform locale timeZone location startedAt lastSeenAt expiresAt endedAt current
        participant { id name role }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export interface FoundPerson extends Person {
  readonly externalId: string | null;
}

export interface People {
  readonly participants: { readonly edges: readonly { readonly node: FoundPerson }[] };
}

export const peopleQuery = `query People($search: String) {
  participants(search: $search, first: 10) { edges { node { id name role externalId } } }
}`;

export const endSessionMutation = `mutation EndSession($id: ID!) { endSession(id: $id) { session { id endedAt } } }`;

export const revokeMutation = `mutation Revoke($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }`;

export type LoginState = 'Usable' | 'Ended' | 'Run out';

/** Whether it still opens anything. */
export function stateOf({ endedAt, expiresAt }: Login, now: number): LoginState {
  if (endedAt) return 'Ended';
  return expiresAt && Date.parse(expiresAt) <= now ? 'Run out' : 'Usable';
}
