/* What the journey's page asks for; to-steps.test.ts holds it against the schema. */

interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: 'CUSTOMER' | 'AGENT' | 'MANAGER';
}

export interface MessageJourney {
  readonly message: {
    readonly id: string;
    readonly conversationId: string;
    readonly seq: number;
    readonly sender: Person;
    readonly status: 'SENT' | 'DELIVERED' | 'READ';
    readonly sentAt: string | null;
    readonly createdAt: string;
    readonly editedAt: string | null;
    readonly deletedAt: string | null;
  };
  readonly publishing: {
    readonly state: 'WAITING' | 'PUBLISHED' | 'DEAD_LETTER' | 'DISCARDED';
    readonly publishedAt: string | null;
    readonly swept: boolean;
    readonly failedAttempts: number;
    readonly lastError: string | null;
    readonly nextAttemptAt: string | null;
    readonly setAsideAt: string | null;
    readonly replayedAt: string | null;
  };
  readonly recipients: readonly {
    readonly participant: Person;
    readonly status: 'SENT' | 'DELIVERED' | 'READ';
    readonly deliveredAt: string | null;
    readonly readAt: string | null;
    readonly leftAt: string | null;
  }[];
  readonly timesKeptSince: string | null;
  readonly traceId: string | null;
  readonly traceUrl: string | null;
}

/** Not its body: what matters here is where it went. */
export const messageJourneyQuery = `query MessageJourney($id: ID!) {
  messageJourney(messageId: $id) {
    message { id conversationId seq sender { id name role } status sentAt createdAt editedAt deletedAt }
    publishing { state publishedAt swept failedAttempts lastError nextAttemptAt setAsideAt replayedAt }
    recipients { participant { id name role } status deliveredAt readAt leftAt }
    timesKeptSince traceId traceUrl
  }
}`;
