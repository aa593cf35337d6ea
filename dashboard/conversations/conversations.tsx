import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import deadLetters from '../dead-letters/dead-letters.module.css';
import { ExportButton } from '../export/export-button.tsx';
import { pagesOf } from '../export/pages-of.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import settings from '../settings/settings.module.css';
import { Icon } from '../shell/icon.tsx';
import { isNarrowed, toVariables } from './conversation-filter.ts';
import {
  type Agents,
  agentsQuery,
  type ConversationPage,
  conversationsQuery,
  type ListedConversation,
} from './conversation-list.ts';
import { ConversationTable, csvHead, toCsvRow } from './conversation-table.tsx';
import classes from './conversations.module.css';
import { Filters } from './filters.tsx';
import { Reader } from './reader.tsx';
import { type ListInUrl, useListInUrl } from './use-list-in-url.ts';

/** A list is as new as this, in ms; the one that is read is live. */
const RENEW_MS = 5_000;

/** All conversations: found, narrowed, and one of them read. */
export function Conversations({ client }: { client: Client }) {
  const place = useListInUrl();
  if (!place) return <ConversationsLoading />;
  if (place.id) return <Reader key={place.id} client={client} id={place.id} listHref={place.listHref} />;
  return <List client={client} place={place} />;
}

function List({ client, place: { filter, after, narrow, turnTo, hrefOf } }: { client: Client; place: ListInUrl }) {
  const [openedAt] = useState(() => Date.now());
  const narrowed = toVariables(filter, openedAt);
  const { data, error, askAgain } = useAnswer<ConversationPage>(
    client,
    conversationsQuery,
    { filter: narrowed, after },
    RENEW_MS,
  );
  const { data: agents } = useAnswer<Agents>(client, agentsQuery, {}, 60_000);
  const list = data?.conversations.edges.map(({ node }) => node);
  const next = data?.conversations.pageInfo;
  async function* rows() {
    for await (const page of pagesOf<ListedConversation>(
      client,
      conversationsQuery,
      { filter: narrowed },
      'conversations',
    ))
      yield page.map(toCsvRow);
  }

  return (
    <>
      <Heading />
      <Filters
        filter={filter}
        agents={agents?.participants.edges.map(({ node }) => node) ?? []}
        queues={namesOf(list, 'queue')}
        topics={namesOf(list, 'topic')}
        onNarrow={narrow}
      />
      {error && <Failed title="The conversations could not be loaded" error={error} onRetry={askAgain} />}
      {!list && !error && <ListSkeleton />}
      {list?.length === 0 && <Empty narrowed={isNarrowed(filter)} />}
      {list && list.length > 0 && (
        <>
          <div className={classes.aboveTable}>
            <ExportButton
              label="these conversations"
              page="conversations"
              range={filter.range || 'all'}
              head={csvHead}
              rows={rows}
            />
          </div>
          <ConversationTable conversations={list} hrefOf={hrefOf} />
        </>
      )}
      <Group mt="md" gap="xs" className={classes.pager}>
        {after && (
          <Button variant="default" size="sm" onClick={() => turnTo(undefined)}>
            Newest
          </Button>
        )}
        {next?.hasNextPage && (
          <Button variant="default" size="sm" onClick={() => turnTo(next.endCursor ?? undefined)}>
            Older
          </Button>
        )}
      </Group>
    </>
  );
}

/** To choose from: those that are on the page. */
const namesOf = (list: readonly ListedConversation[] | undefined, of: 'queue' | 'topic'): string[] =>
  [...new Set(list?.flatMap((one) => one[of] ?? []))].sort();

const Empty = ({ narrowed }: { narrowed: boolean }) => (
  <div className={`${deadLetters.empty} ${classes.empty}`}>
    <Icon name="info" size={30} />
    <Text fw={600}>{narrowed ? 'Nothing is found' : 'There is no conversation yet'}</Text>
    <Text size="sm" c="dimmed" maw={440}>
      {narrowed
        ? 'No conversation fits all that was asked for. Words must be beginnings of words; what was written in messages is not searched.'
        : 'As soon as a customer starts one it appears here by itself.'}
    </Text>
  </div>
);

const Heading = () => (
  <>
    <h1 className={settings.title}>Conversations</h1>
    <p className={settings.lead}>Newest activity first. Open one to read it, with who has received and read what.</p>
  </>
);

function ListSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the conversations">
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <Skeleton key={key} height={40} radius={8} mb={8} />
      ))}
    </div>
  );
}

export function ConversationsLoading() {
  return (
    <>
      <Heading />
      <ListSkeleton />
    </>
  );
}
