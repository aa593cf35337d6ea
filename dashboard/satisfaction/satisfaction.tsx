import { Button, SegmentedControl, Select, Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Client } from '../../client/index.ts';
import { timeText } from '../overview/format.ts';
import { Freshness } from '../overview/freshness.tsx';
import { KpiCardSkeleton } from '../overview/kpi-card.tsx';
import { bucketName, type Range, ranges } from '../overview/kpi-series.ts';
import overview from '../overview/overview.module.css';
import { useKpiDefinitions } from '../overview/use-kpi-definitions.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import { useObservable } from '../session/use-observable.ts';
import { Answers } from './answers.tsx';
import { shareText } from './explain-change.ts';
import { Figures } from './figures.tsx';
import classes from './satisfaction.module.css';
import {
  type Satisfaction as Data,
  type SmallScore,
  satisfactionPartsQuery,
  satisfactionQuery,
} from './satisfaction.ts';
import { answersText, ScoreCards } from './score-cards.tsx';
import { useNewestResults } from './use-newest-results.ts';
import { useViewInUrl, type View } from './use-view-in-url.ts';
import { Why } from './why.tsx';

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const MINUTE_MS = 60_000;

interface Parts {
  readonly points: readonly { readonly start: string; readonly end: string; readonly score: SmallScore }[];
}

/** What customers said: how satisfied they are, where it changes, and what leads to why. */
export function Satisfaction({ client }: { client: Client }) {
  const [view, change] = useViewInUrl();
  const [paused, setPaused] = useState(false);
  const now = useNow(paused);
  const newest = useNewestResults(client, paused);
  const connection = useObservable(client.connection);
  const csat = useKpiDefinitions(client).find(({ metric }) => metric === 'CSAT');

  const whole = { from: new Date(now - view.range.ms).toISOString(), to: new Date(now).toISOString() };
  const narrowed = { agentId: view.agent, queue: view.queue, topic: view.topic };
  const filter = { ...(view.part ?? whole), ...narrowed };
  const bucket = view.part ? 'HOUR' : view.range.bucket;
  const cut = view.part && Date.parse(view.part.to) - Date.parse(view.part.from) > 3 * 86_400_000 ? 'DAY' : bucket;
  const { data, error, askAgain } = useAnswer<{ satisfaction: Data }>(
    client,
    satisfactionQuery,
    { filter, bucket: cut, timeZone },
    30_000,
  );
  // The parts to choose from, also while one of them is looked at.
  const parts = useAnswer<{ satisfaction: Parts }>(
    client,
    satisfactionPartsQuery,
    { filter: { ...whole, ...narrowed }, bucket: view.range.bucket, timeZone },
    60_000,
  );
  const words = view.part ? bucketName[view.range.bucket] : view.range.words;
  const first = newest.results?.[0]?.survey;
  const fresh = first && `${first.id} ${newest.receivedAt}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer changes the figures.
  useEffect(() => {
    if (fresh) askAgain();
  }, [fresh]);

  return (
    <>
      <div className={overview.head}>
        <h1 className={overview.title}>Satisfaction</h1>
        <Freshness
          receivedAt={newest.receivedAt}
          live={connection.status === 'online' && newest.error === null}
          paused={paused}
          onPause={setPaused}
        />
        <SegmentedControl
          className={overview.window}
          value={view.range.key}
          onChange={(range) => change({ range })}
          aria-label="Range"
          data={ranges.map(({ key, label }) => ({ value: key, label }))}
        />
      </div>
      <div className={classes.chosen}>
        <PartSelect
          view={view}
          range={view.range}
          points={parts.data?.satisfaction.points ?? []}
          onChoose={(part) => change({ part })}
        />
        <Narrowed view={view} data={data?.satisfaction} onClear={(what) => change({ [what]: null })} />
      </div>
      {error && <Failed title="The figures could not be loaded" error={error} onRetry={askAgain} />}
      {!data && !error && <FiguresSkeleton />}
      {data && (
        <>
          <Why
            data={data.satisfaction}
            csat={csat}
            words={words}
            onChoose={({ kind, id }) => change({ [kind]: id, rating: 'low' })}
          />
          <ScoreCards data={data.satisfaction} csat={csat} words={words} />
          <Figures data={data.satisfaction} csat={csat} bucket={cut} view={view} onChange={change} />
        </>
      )}
      <Answers client={client} filter={filter} view={view} fresh={fresh} onChange={change} />
    </>
  );
}

/** Ranges end now, which moves on by the minute. */
function useNow(paused: boolean): number {
  const [now, setNow] = useState(() => Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS);
  useEffect(() => {
    if (paused) return;
    const timer = setInterval(() => setNow(Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS), MINUTE_MS);
    return () => clearInterval(timer);
  }, [paused]);
  return now;
}

interface PartSelectProps {
  view: View;
  range: Range;
  points: Parts['points'];
  onChoose(part: View['part']): void;
}

/** One day of a week, one month of a year: yesterday, say. */
function PartSelect({ view: { part }, range, points, onChoose }: PartSelectProps) {
  const options = points
    .toReversed()
    .filter(({ score, start }) => score.answers > 0 || start === part?.from)
    .map(({ start, score }) => ({
      value: start,
      label: `${timeText(start, range.bucket)} · ${shareText(score.ratio)} of ${answersText(score.answers)}`,
    }));
  if (part && !options.some(({ value }) => value === part.from))
    options.unshift({ value: part.from, label: timeText(part.from, range.bucket) });
  return (
    <Select
      className={classes.part}
      aria-label={`One ${bucketName[range.bucket]} of the range`}
      placeholder={`All ${range.words}, or one ${bucketName[range.bucket]} …`}
      data={options}
      value={part?.from ?? null}
      clearable
      clearButtonProps={{ 'aria-label': 'The whole range again' }}
      nothingFoundMessage="No answers"
      comboboxProps={{ withinPortal: false }}
      onChange={(start) => {
        const point = points.find((one) => one.start === start);
        onChoose(point ? { from: point.start, to: point.end } : null);
      }}
    />
  );
}

interface NarrowedProps {
  view: View;
  data: Data | undefined;
  onClear(what: 'agent' | 'queue' | 'topic'): void;
}

function Narrowed({ view, data, onClear }: NarrowedProps) {
  const name = data?.byAgent.find(({ agent }) => agent?.id === view.agent)?.agent?.name ?? 'one agent';
  return (
    <>
      {view.agent && (
        <Button size="compact-md" variant="light" onClick={() => onClear('agent')}>
          Only {name} · show all
        </Button>
      )}
      {view.queue && (
        <Button size="compact-md" variant="light" onClick={() => onClear('queue')}>
          Only queue {view.queue} · show all
        </Button>
      )}
      {view.topic && (
        <Button size="compact-md" variant="light" onClick={() => onClear('topic')}>
          Only topic {view.topic} · show all
        </Button>
      )}
    </>
  );
}

function FiguresSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the figures">
      <ul className={overview.cards}>
        {['a', 'b', 'c', 'd'].map((key) => (
          <KpiCardSkeleton key={key} />
        ))}
      </ul>
      <Skeleton height={300} radius={12} mb={14} />
    </div>
  );
}

export function SatisfactionLoading() {
  return (
    <>
      <div className={overview.head}>
        <h1 className={overview.title}>Satisfaction</h1>
      </div>
      <FiguresSkeleton />
    </>
  );
}
