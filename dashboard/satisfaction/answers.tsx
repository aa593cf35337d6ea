import { Button, Group, SegmentedControl, Skeleton, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { type Client, ParleyError } from '../../client/index.ts';
import { ExportButton } from '../export/export-button.tsx';
import { pagesOf } from '../export/pages-of.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import { resultCells, resultColumns } from './result-cells.ts';
import { NoResults, ResultList } from './result-list.tsx';
import classes from './satisfaction.module.css';
import { type Result, type ResultPage, surveyResultsQuery } from './satisfaction.ts';
import { type ChangeView, ratingChoices, type View } from './use-view-in-url.ts';

interface AnswersProps {
  client: Client;
  filter: object;
  view: View;
  /** Changes when there is something new to ask for. */
  fresh: string | undefined;
  onChange: ChangeView;
}

/** The answers of the time that is looked at, narrowed and searched. */
export function Answers({ client, filter, view, fresh, onChange }: AnswersProps) {
  const only = {
    ratings: ratingChoices.find(({ value }) => value === view.rating)!.ratings,
    commented: view.commented,
    search: view.search,
  };
  const { data, error, askAgain } = useAnswer<ResultPage>(client, surveyResultsQuery, { filter, only }, 30_000);
  const asked = JSON.stringify({ filter, only });
  const [more, setMore] = useState<{ asked: string; results: readonly Result[]; page: ResultPage } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [loading, setLoading] = useState(false);
  const shown = more?.asked === asked ? more : null;
  const page = shown?.page ?? data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is fresh is asked for.
  useEffect(() => {
    if (fresh) askAgain();
  }, [fresh]);

  async function goOn() {
    setLoading(true);
    setProblem(null);
    try {
      const after = page!.surveyResults.pageInfo.endCursor;
      const next = await client.request<ResultPage>(surveyResultsQuery, { filter, only, after });
      const results = next.surveyResults.edges.map(({ node }) => node);
      setMore({ asked, page: next, results: [...(shown?.results ?? []), ...results] });
    } catch (caught) {
      setProblem(caught instanceof ParleyError ? caught.message : 'They could not be loaded.');
    } finally {
      setLoading(false);
    }
  }

  const results = [...(data?.surveyResults.edges.map(({ node }) => node) ?? []), ...(shown?.results ?? [])];
  const once = [...new Map(results.map((result) => [result.survey.id, result])).values()];
  const isNarrowed = view.rating !== 'all' || view.commented || view.search !== '';
  return (
    <section aria-labelledby="answers">
      <div className={classes.tableHead}>
        <h2 id="answers" className={classes.section}>
          Answers
        </h2>
        {once.length > 0 && (
          <ExportButton
            label="Answers"
            page="satisfaction-answers"
            range={view.range.key}
            head={resultColumns}
            rows={async function* () {
              for await (const page of pagesOf<Result>(client, surveyResultsQuery, { filter, only }, 'surveyResults'))
                yield page.map(resultCells);
            }}
          />
        )}
      </div>
      <div className={classes.filters}>
        <SegmentedControl
          value={view.rating}
          onChange={(rating) => onChange({ rating: rating as View['rating'] })}
          aria-label="Rating"
          data={ratingChoices.map(({ value, label }) => ({ value, label }))}
        />
        <Switch
          label="With a comment"
          checked={view.commented}
          onChange={({ currentTarget }) => onChange({ commented: currentTarget.checked })}
        />
        <Search key={view.search} search={view.search} onSearch={(search) => onChange({ search })} />
      </div>
      {error && !data && <Failed title="The answers could not be loaded" error={error} onRetry={askAgain} />}
      {!data && !error && <ResultsSkeleton />}
      {data && once.length > 0 && <ResultList results={once} label="Answers, newest first" />}
      {data && once.length === 0 && (
        <NoResults>
          {page?.surveyResults.pageInfo.hasNextPage
            ? 'Nothing was found among the newest answers yet.'
            : isNarrowed
              ? 'No answer of this time is like that.'
              : 'Nobody has answered in this time.'}
        </NoResults>
      )}
      {problem && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      {page?.surveyResults.pageInfo.hasNextPage && (
        <Button variant="default" mt="md" onClick={goOn} loading={loading}>
          {view.search ? 'Search on, in older answers' : 'Show older answers'}
        </Button>
      )}
    </section>
  );
}

function Search({ search, onSearch }: { search: string; onSearch(search: string): void }) {
  const [draft, setDraft] = useState(search);
  function submit(event: FormEvent) {
    event.preventDefault();
    onSearch(draft.trim());
  }
  return (
    <search className={classes.search}>
      <form onSubmit={submit}>
        <Group gap={8} wrap="nowrap">
          <TextInput
            type="search"
            aria-label="Words in comments"
            placeholder="Words in comments"
            maxLength={200}
            value={draft}
            onChange={({ currentTarget }) => setDraft(currentTarget.value)}
          />
          <Button type="submit" variant="default">
            Search
          </Button>
        </Group>
      </form>
    </search>
  );
}

function ResultsSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the answers">
      {['a', 'b', 'c'].map((key) => (
        <Skeleton key={key} height={96} radius={12} mb={10} />
      ))}
    </div>
  );
}
