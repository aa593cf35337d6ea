import type { Random } from '../bench/replay/seeded-random.ts';
import type { Measurements } from './measurements.ts';
import { agents } from './people.ts';
import type { Chat } from './simulate-desk.ts';
import { exponential, logNormal } from './spread.ts';
import { isIn, MINUTE_MS, type Span, type Story } from './story.ts';

/** How long, in ms, half of all take at most. */
const MEDIANS = { sent_to_commit: 24, accepted_to_commit: 2.6, commit_to_delivered: 1.8 };
const SLOWER = 5;
/** Of what came while the service was down. */
const FAILED_SHARE = 0.3;
/** Four runs of the canary a minute. */
const CANARY_RUNS = 4;
/** The continuous audit: 200 conversations every ten seconds. */
const AUDITED_A_MINUTE = 1_200;

/** What Parley would have measured while all this went on: one message, chat and minute after the other. */
export function measureDesk(
  random: Random,
  measurements: Measurements,
  { chats, span, story }: { chats: readonly Chat[]; span: Span; story: Story },
): void {
  for (const chat of chats) measureChat(chat);
  measureMinutes();

  function measureChat({ startedAt, agent, steps, survey }: Chat): void {
    measurements.count('conversations_started', startedAt);
    operations(startedAt, 6 + (survey ? 1 : 0));
    const said = steps.filter((step) => step.kind === 'said');
    for (const step of steps) {
      if (step.kind === 'claimed') measurements.latency('waited', step.at, step.at - startedAt);
      else if (step.kind === 'reopened') measurements.count('conversations_reopened', step.at);
      else if (step.kind === 'said') measureMessage(step.at, agent !== null);
      else {
        measurements.latency('resolved', step.at, step.at - startedAt);
        measurements.count('conversations_closed', step.at);
        measurements.count('closed_messages', step.at, said.filter(({ at }) => at <= step.at).length);
        if (step.by === 'customer') measurements.count('conversations_abandoned', step.at);
      }
    }
    if (survey) {
      measurements.count('survey_answers', survey.at);
      measurements.count('survey_satisfied', survey.at, survey.rating >= 4 ? 1 : 0);
    }
    const answer = said.find(({ from }) => from === 'agent');
    if (answer) measurements.latency('responded', answer.at, answer.at - startedAt);
  }

  function measureMessage(at: number, isHeard: boolean): void {
    const factor = isIn(story.slow, at) || isIn(story.outage, at) ? SLOWER : 1;
    measurements.count('messages', at);
    measurements.count('sends_stored', at);
    measurements.latency('sent_to_commit', at, logNormal(random, MEDIANS.sent_to_commit, 0.5) * factor);
    measurements.latency('accepted_to_commit', at, logNormal(random, MEDIANS.accepted_to_commit, 0.4) * factor);
    if (random.chance(0.003)) measurements.count('sends_duplicate', at);
    operations(at, 3);
    if (isIn(story.outage, at) && random.chance(FAILED_SHARE)) measurements.count('sends_failed', at);
    if (!isHeard) return;
    measurements.latency('commit_to_delivered', at, logNormal(random, MEDIANS.commit_to_delivered, 0.5) * factor);
    measurements.count('deliveries_due', at);
    measurements.count('deliveries_done', at, isIn(story.outage, at) && random.chance(0.1) ? 0 : 1);
  }

  function operations(at: number, n: number): void {
    measurements.count('operations', at, n);
    const failed = isIn(story.outage, at) ? Math.round(n * FAILED_SHARE) : Number(random.chance(n / 60_000));
    if (failed > 0) measurements.count('operations_failed', at, failed);
  }

  function measureMinutes(): void {
    const [open, present] = countAtOnce();
    let stored = 0;
    const starts = chats.map(({ startedAt }) => startedAt).sort((a, b) => a - b);
    for (let minute = span.from, i = 0; minute < span.to; minute += MINUTE_MS, i++) {
      const isDown = isIn(story.outage, minute);
      measurements.count(isDown ? 'canary_failed' : 'canary_ok', minute, CANARY_RUNS);
      measurements.count('minutes_judged', minute);
      measurements.count('minutes_up', minute, isDown ? 0 : 1);
      while (starts[stored]! <= minute) stored++;
      if (stored > 0) measurements.count('audit_passed', minute, Math.min(stored, AUDITED_A_MINUTE));
      measurements.peak('peak_conversations', minute, open[i]!);
      const hour = new Date(minute).getHours();
      const day = new Date(minute).getDay();
      const working = agents.filter(({ shift }) => shift.days.includes(day) && shift.from <= hour && hour < shift.to);
      const managers = hour >= 9 && hour < 18 ? 2 : 0;
      measurements.peak('peak_sockets', minute, working.length + managers + present[i]!);
      operations(minute, working.length + managers);
    }
  }

  /** By the minute: chats that were not closed, and customers who looked at theirs, or still did for a while. */
  function countAtOnce(): [Int32Array, Int32Array] {
    const minutes = Math.ceil((span.to - span.from) / MINUTE_MS) + 2;
    const [open, present] = [new Int32Array(minutes), new Int32Array(minutes)];
    const index = (at: number) => Math.min(minutes - 1, Math.max(0, Math.floor((at - span.from) / MINUTE_MS)));
    const add = (counts: Int32Array, from: number, to: number) => {
      counts[index(from)]!++;
      counts[index(to) + 1]!--;
    };
    for (const { startedAt, steps } of chats) {
      const last = steps.at(-1);
      const end = last?.kind === 'closed' ? last.at : span.to;
      add(open, startedAt, end);
      // Who waits for the morning does not sit there.
      const patience = startedAt + 20 * MINUTE_MS;
      add(present, startedAt, Math.min(end, patience) + exponential(random, 3 * MINUTE_MS));
    }
    for (const counts of [open, present]) for (let i = 1; i < minutes; i++) counts[i]! += counts[i - 1]!;
    return [open, present];
  }
}
