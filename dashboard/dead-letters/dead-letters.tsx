import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { type Client, ParleyError } from '../../client/index.ts';
import { ExportButton } from '../export/export-button.tsx';
import { pagesOf } from '../export/pages-of.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import settings from '../settings/settings.module.css';
import { Icon } from '../shell/icon.tsx';
import {
  type DeadLetter,
  type DeadLetterPage,
  deadLettersQuery,
  discardDeadLettersMutation,
  replayDeadLettersMutation,
} from './dead-letter.ts';
import classes from './dead-letters.module.css';
import { DiscardQuestion } from './discard-question.tsx';
import { csvHead, LetterTable, toCsvRow } from './letter-table.tsx';
import { usePageInUrl } from './use-page-in-url.ts';

type Chosen = { readonly ids: readonly string[] } | { readonly all: true };

/** Events that could not be published: what they are, and what is to become of them. */
export function DeadLetters({ client }: { client: Client }) {
  const [after, setAfter] = usePageInUrl();
  const { data, error, askAgain } = useAnswer<DeadLetterPage>(client, deadLettersQuery, { after });
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null);
  const [discarding, setDiscarding] = useState<Chosen | null>(null);

  async function run(mutation: string, chosen: Chosen, done: string) {
    setDiscarding(null);
    try {
      const answer = await client.request<Record<string, { count: number }>>(mutation, { input: chosen });
      const n = Object.values(answer)[0]!.count;
      setSaid({ text: `${n} ${n === 1 ? 'event' : 'events'} ${done}.`, wrong: false });
    } catch (caught) {
      setSaid({ text: caught instanceof ParleyError ? caught.message : 'It could not be done.', wrong: true });
    }
    askAgain();
  }
  const replay = (chosen: Chosen) => run(replayDeadLettersMutation, chosen, 'put back to be published');

  async function* rows() {
    for await (const page of pagesOf<DeadLetter>(client, deadLettersQuery, {}, 'deadLetters')) yield page.map(toCsvRow);
  }

  const letters = data?.deadLetters.edges.map(({ node }) => node) ?? [];
  const more = data?.deadLetters.pageInfo;
  return (
    <>
      <Heading />
      <p role="status" className={settings.said} data-wrong={said?.wrong || undefined}>
        {said?.text}
      </p>
      {error && <Failed title="The dead letters could not be loaded" error={error} onRetry={askAgain} />}
      {!data && !error && <LettersSkeleton />}
      {data && letters.length === 0 && (
        <div className={classes.empty}>
          <Icon name="checkCircle" size={30} />
          <Text fw={600}>There are none</Text>
          <Text size="sm" c="dimmed" maw={440}>
            Every event that was committed was published, or is still being tried.
          </Text>
        </div>
      )}
      {letters.length > 0 && (
        <>
          <Group mb="sm" gap="xs">
            <Button variant="default" size="sm" onClick={() => replay({ all: true })}>
              Replay all
            </Button>
            <Button variant="default" size="sm" color="red" onClick={() => setDiscarding({ all: true })}>
              Discard all …
            </Button>
            <ExportButton label="the dead letters" page="dead-letters" range="all" head={csvHead} rows={rows} />
          </Group>
          <LetterTable
            letters={letters}
            onReplay={(id) => replay({ ids: [id] })}
            onDiscard={(id) => setDiscarding({ ids: [id] })}
          />
        </>
      )}
      <Group mt="md" gap="xs">
        {after && (
          <Button variant="default" size="sm" onClick={() => setAfter(undefined)}>
            Newest
          </Button>
        )}
        {more?.hasNextPage && (
          <Button variant="default" size="sm" onClick={() => setAfter(more.endCursor ?? undefined)}>
            Older
          </Button>
        )}
      </Group>
      <DiscardQuestion
        all={discarding !== null && 'all' in discarding}
        opened={discarding !== null}
        onKeep={() => setDiscarding(null)}
        onDiscard={() => run(discardDeadLettersMutation, discarding!, 'discarded')}
      />
    </>
  );
}

const Heading = () => (
  <>
    <h1 className={settings.title}>Dead letters</h1>
    <p className={settings.lead}>
      Events that could not be published after the last attempt. They are stored, and their readers got them from the
      database; but something was wrong with the bus.
    </p>
  </>
);

function LettersSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the dead letters">
      {['a', 'b', 'c'].map((key) => (
        <Skeleton key={key} height={44} radius={8} mb={8} />
      ))}
    </div>
  );
}

export function DeadLettersLoading() {
  return (
    <>
      <Heading />
      <LettersSkeleton />
    </>
  );
}
