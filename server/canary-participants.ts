/**
 * The two who talk in the canary's conversation (see canary/run-canary.ts). They have ids that are known everywhere, so that
 * their traffic can be left out of whatever counts or lists what people do; and external ids that no other token may name.
 */
export const canary = {
  customer: { id: 'ca4a4000-0000-8000-8000-000000000001', sub: 'parley:canary:customer', role: 'CUSTOMER' },
  agent: { id: 'ca4a4000-0000-8000-8000-000000000002', sub: 'parley:canary:agent', role: 'AGENT' },
} as const;

export type CanaryParticipant = (typeof canary)[keyof typeof canary];

export const canaryIds: readonly string[] = Object.values(canary).map(({ id }) => id);
const subjects: readonly unknown[] = Object.values(canary).map(({ sub }) => sub);

export const isCanary = ({ id }: { readonly id: string }) => canaryIds.includes(id);
export const isCanarySubject = (sub: unknown) => subjects.includes(sub);
