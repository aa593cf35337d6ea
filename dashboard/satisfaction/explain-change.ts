import { count } from '../overview/format.ts';
import type { Group, Satisfaction, SmallScore } from './satisfaction.ts';

export const dissatisfied = ({ answers, ratio }: SmallScore): number => Math.round(answers * (1 - (ratio ?? 1)));

/** Cut, not rounded: 89.9 % must not read as 90. */
export const shareText = (ratio: number | null): string =>
  ratio === null ? 'No data' : `${count(Math.floor(ratio * 100 + 1e-9))} %`;

/** Where the dissatisfied answers come from, most first: what to look at, and whom to talk to. */
export interface Cause {
  readonly kind: 'agent' | 'queue' | 'topic';
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

const MAX = 2;

export function explainChange({
  byAgent,
  byQueue,
  byTopic,
  total,
}: Pick<Satisfaction, 'byAgent' | 'byQueue' | 'byTopic' | 'total'>): Cause[] {
  if (dissatisfied(total) === 0) return [];
  const agents = byAgent.flatMap(({ agent, ...group }) =>
    agent ? [{ kind: 'agent' as const, id: agent.id, name: agent.name, group }] : [],
  );
  const queues = byQueue.flatMap(({ queue, ...group }) =>
    queue === null ? [] : [{ kind: 'queue' as const, id: queue, name: queue, group }],
  );
  const topics = byTopic.flatMap(({ topic, ...group }) =>
    topic === null ? [] : [{ kind: 'topic' as const, id: topic, name: topic, group }],
  );
  return [worst(agents), worst(queues), worst(topics)]
    .flat()
    .map(({ group, ...cause }) => ({ ...cause, text: inWords(group) }));
}

/** Those above the others: who has the most, and has got worse or is as bad as it was. */
function worst<Of extends { group: Group }>(groups: readonly Of[]): Of[] {
  return groups
    .filter(({ group }) => dissatisfied(group.score) > 0)
    .sort((a, b) => dissatisfied(b.group.score) - dissatisfied(a.group.score))
    .slice(0, MAX);
}

function inWords({ score, previous }: Group): string {
  const now = `${count(dissatisfied(score))} of ${count(score.answers)} dissatisfied`;
  return previous.answers === 0
    ? `${now}, none rated before`
    : `${now}, before ${count(dissatisfied(previous))} of ${count(previous.answers)}`;
}
