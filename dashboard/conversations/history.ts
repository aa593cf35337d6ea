/* What happened in a conversation besides messages; to-entries.test.ts holds it against the schema. */

import type { Person } from '../../client/index.ts';

export interface HistoryEvent {
  readonly __typename:
    | 'ParticipantJoined'
    | 'ParticipantLeft'
    | 'ParticipantDeleted'
    | 'ParticipantIdentified'
    | 'ConversationChanged';
  readonly seq: number;
  readonly at: string;
  readonly actor: Person | null;
  readonly participant?: Person;
  readonly change?: 'ASSIGNED' | 'UNASSIGNED' | 'CLOSED' | 'REOPENED' | 'MOVED' | null;
  readonly assignedTo?: Person | null;
}

export interface History {
  readonly conversation: {
    readonly history: readonly HistoryEvent[];
    readonly notes: { readonly id: string } | null;
  };
}

export const HISTORY_PAGE = 100;

export const historyQuery = `query History($id: ID!, $beforeSeq: Int) {
  conversation(id: $id) {
    notes { id }
    history(last: ${HISTORY_PAGE}, beforeSeq: $beforeSeq) {
      __typename seq at actor { id name role }
      ... on ParticipantJoined { participant { id name role } }
      ... on ParticipantLeft { participant { id name role } }
      ... on ParticipantDeleted { participant { id name role } }
      ... on ParticipantIdentified { participant { id name role } }
      ... on ConversationChanged { change assignedTo { id name role } }
    }
  }
}`;

export const openNotesMutation = `mutation OpenNotes($input: OpenNotesInput!) {
  openNotes(input: $input) { notes { id } }
}`;
