import { Alert, Anchor, Button, Skeleton, Text } from '@mantine/core';
import Link from 'next/link';
import { type Client, type ConversationView, unreadCount } from '../../client/index.ts';
import { useObservable } from '../session/use-observable.ts';
import settings from '../settings/settings.module.css';
import { Icon } from '../shell/icon.tsx';
import classes from './conversations.module.css';
import { Facts } from './facts.tsx';
import { Notes } from './notes.tsx';
import { Timeline } from './timeline.tsx';
import { toEntries } from './to-entries.ts';
import { useConversation } from './use-conversation.ts';
import { useHistory } from './use-history.ts';
import type { ListInUrl } from './use-list-in-url.ts';

interface ReaderProps {
  client: Client;
  id: string;
  listHref: ListInUrl['listHref'];
}

/** One conversation as it happened, live: messages with their receipts, events in between, internal notes beside. */
export function Reader({ client, id, listHref }: ReaderProps) {
  const { handle, view } = useConversation(client, id);
  const state = view?.state ?? null;
  const { events, notesId, error } = useHistory(client, id, state?.headSeq, state?.fromSeq ?? 1);
  const connection = useObservable(client.connection);
  const lost = state !== null && (connection.status === 'waiting' || connection.status === 'offline');

  return (
    <>
      <Anchor component={Link} href={listHref} className={classes.back}>
        All conversations
      </Anchor>
      <h1 className={settings.title} dir="auto">
        {state ? (state.subject ?? 'No subject') : 'Conversation'}
      </h1>
      {view?.phase === 'ended' && !state && <Ended error={view.error} />}
      {!state && view?.phase !== 'ended' && <ReaderSkeleton />}
      {lost && (
        <Alert role="status" icon={<Icon name="offline" />} title="The connection was lost" my="md">
          This is what came until then. The page goes on by itself as soon as the server can be reached.
        </Alert>
      )}
      {view?.phase === 'ended' && state && <Ended error={view.error} />}
      {view && state && (
        <div className={classes.reader} data-stale={lost || undefined}>
          <section className={classes.card} aria-label="What was written">
            <p className={classes.freshness} data-phase={view.phase}>
              {view.phase === 'live' ? 'Live' : 'Catching up …'}
              {unreadCount(state) > 0 && ` · ${unreadCount(state)} unread`}
            </p>
            {state.earlierCursor && (
              <Button variant="default" size="compact-sm" onClick={() => void handle?.loadEarlier()}>
                Earlier messages
              </Button>
            )}
            {error && (
              <Text size="sm" c="dimmed" role="alert">
                What happened between the messages could not be loaded. It is asked for again by itself.
              </Text>
            )}
            <Timeline entries={toEntries(view.messages, events, state.fromSeq)} state={state} />
          </section>
          <div className={classes.side}>
            <Facts state={state} />
            <Notes client={client} conversationId={id} notesId={notesId} />
          </div>
        </div>
      )}
    </>
  );
}

function Ended({ error }: { error: ConversationView['error'] }) {
  const missing = error?.code === 'NOT_FOUND' || error?.code === 'BAD_USER_INPUT';
  return (
    <Alert
      role="alert"
      icon={<Icon name="alert" />}
      my="md"
      title={missing ? 'There is no conversation with this id' : 'The conversation could not be loaded'}
    >
      <Text size="sm">
        {missing
          ? 'It may have been mistyped, or it is of another installation.'
          : (error?.message ?? 'Reload the page to try again.')}
      </Text>
    </Alert>
  );
}

export function ReaderSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the conversation" className={classes.reader}>
      <div className={classes.card}>
        {['a', 'b', 'c', 'd'].map((key) => (
          <Skeleton key={key} height={54} radius={10} mb={14} />
        ))}
      </div>
      <div className={classes.side}>
        <Skeleton height={240} radius={12} />
      </div>
    </div>
  );
}
