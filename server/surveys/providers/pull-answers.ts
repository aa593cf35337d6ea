import { type Repeating, repeat } from '../../repeat.ts';
import type { Log } from '../../telemetry/log.ts';
import { readPosition, takeTurn, writePosition } from '../../turn-queries.ts';
import { ProviderFailed } from './ask-provider.ts';
import type { SurveyProvider } from './provider.ts';
import { type TakeParts, takeAnswer } from './take-answer.ts';

const TURN = 'survey_pull';
const DAY_MS = 86_400_000;

/**
 * Asks a provider that sends nothing for what was answered since the last time, in one process at a time. How far it got is
 * kept in the database: after a stop it goes on from there; before the first time, with whatever can still be answered. An
 * answer that comes again is counted once.
 */
export function createAnswerPull({
  provider,
  log,
  onError,
  ...parts
}: TakeParts & {
  provider: SurveyProvider | undefined;
  log: Log;
  onError: (error: unknown) => void;
}): Repeating {
  const { db, config, metrics } = parts;
  const answers = provider?.answers;
  const stopping = new AbortController();
  /** Of the last time. The next brings some of them again. */
  let taken: ReadonlySet<string | undefined> = new Set();

  async function pull(): Promise<void> {
    if (answers?.by !== 'pull') return;
    if (!(await takeTurn(db, TURN, config.SURVEY_PROVIDER_PULL_INTERVAL_MS))) return;
    const startedAt = new Date();
    const position = await readPosition(db, TURN);
    const since = position === null ? new Date(Date.now() - config.SURVEY_OPEN_DAYS * DAY_MS) : new Date(position);
    try {
      const found = await answers.pull(since, stopping.signal);
      for (const answer of found) if (!taken.has(answer.reference)) await takeAnswer(parts, answer);
      taken = new Set(found.map(({ reference }) => reference));
    } catch (error) {
      // The next to have the turn asks again.
      if (stopping.signal.aborted) return;
      metrics.surveyProviderAnswers({ outcome: 'failed' });
      if (!(error instanceof ProviderFailed)) throw error;
      log.warn(
        { provider: provider!.name, reason: error.message },
        'the survey provider could not be asked for answers',
      );
      return;
    }
    await writePosition(db, TURN, startedAt.toISOString());
  }

  const pulling = repeat(
    // Looks at the clock more often than it asks: when its turn is, the database says.
    {
      intervalMs: Math.max(1, Math.floor(config.SURVEY_PROVIDER_PULL_INTERVAL_MS / 5)),
      firstAfterMs: 0,
      enabled: answers?.by === 'pull',
      onError,
    },
    pull,
  );
  return {
    start: pulling.start,
    stop() {
      stopping.abort();
      return pulling.stop();
    },
  };
}
