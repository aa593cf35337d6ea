/**
 * What can be wrong with a conversation that was played:
 * - lost: acknowledged, or within 1…head, and never seen by a participant
 * - doubled: seen by a participant a second time
 * - disordered: seen after a later one, below the subscription's position, or elsewhere than acknowledged
 * - altered: seen with another body, sender or seq than sent
 * - unexpected: seen, and not of this conversation
 * - unread: receipts that never arrived, or went back
 */
export const findingKinds = ['lost', 'doubled', 'disordered', 'altered', 'unexpected', 'unread'] as const;

export type FindingKind = (typeof findingKinds)[number];

export type Finding = { readonly kind: FindingKind; readonly what: string };

export type AddFinding = (kind: FindingKind, what: string) => void;

/** Besides its messages, a played conversation has these events: an agent joins and is assigned, and closes it. */
export const lifecycleEvents: Readonly<Record<string, number>> = { ParticipantJoined: 1, ConversationChanged: 2 };
