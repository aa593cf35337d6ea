import { Button, Group, Skeleton, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { type Client, ParleyError } from '../../client/index.ts';
import conversations from '../conversations/conversations.module.css';
import deadLetters from '../dead-letters/dead-letters.module.css';
import { ExportButton } from '../export/export-button.tsx';
import { pagesOf } from '../export/pages-of.ts';
import { Failed } from '../session/failed.tsx';
import type { DashboardRole } from '../session/post-json.ts';
import { useAnswer } from '../session/use-answer.ts';
import settings from '../settings/settings.module.css';
import { Icon } from '../shell/icon.tsx';
import { Question } from '../shell/question.tsx';
import { FindPerson } from './find-person.tsx';
import { endSessionMutation, type Login, type LoginPage, revokeMutation, sessionsQuery } from './session-list.ts';
import { csvHead, SessionTable, toCsvRow } from './session-table.tsx';
import { type SessionsInUrl, useSessionsInUrl } from './use-sessions-in-url.ts';

/** Who is logged in, on what and from where; and the way to end it. */
export function Sessions({ client, role }: { client: Client; role: DashboardRole }) {
  const place = useSessionsInUrl();
  return place ? <List client={client} place={place} everybody={role === 'MANAGER'} /> : <SessionsLoading />;
}

type Doomed = { readonly login: Login } | { readonly everythingOf: string };

/** everybody: else one's own alone. */
function List({ client, place, everybody }: { client: Client; place: SessionsInUrl; everybody: boolean }) {
  const { past, after, show } = place;
  const participantId = everybody ? place.participantId : undefined;
  const asked = { participantId, everybody, past };
  const { data, error, askAgain } = useAnswer<LoginPage>(client, sessionsQuery, { ...asked, after });
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null);
  const logins = data?.sessions.edges.map(({ node }) => node);
  const next = data?.sessions.pageInfo;
  const name = participantId ? (logins?.[0]?.participant.name ?? 'this participant') : null;

  async function end(what: Doomed) {
    setDoomed(null);
    try {
      if ('login' in what) await client.request(endSessionMutation, { id: what.login.id });
      else await client.request(revokeMutation, { id: what.everythingOf });
      setSaid({ text: 'Ended: its tokens are refused and its connections closed.', wrong: false });
    } catch (caught) {
      setSaid({ text: caught instanceof ParleyError ? caught.message : 'It could not be done.', wrong: true });
    }
    askAgain();
  }
  async function* rows() {
    for await (const page of pagesOf<Login>(client, sessionsQuery, asked, 'sessions')) yield page.map(toCsvRow);
  }

  return (
    <>
      <Heading />
      {everybody && <FindPerson client={client} onFind={(id) => show({ participant: id })} />}
      <Group mb="sm" gap="md">
        {participantId && (
          <>
            <Text size="sm">
              Only those of <strong dir="auto">{name}</strong>
            </Text>
            <Button variant="default" size="compact-sm" onClick={() => show({ participant: '' })}>
              Everybody’s
            </Button>
            <Button variant="default" size="compact-sm" onClick={() => setDoomed({ everythingOf: participantId })}>
              End all of them …
            </Button>
          </>
        )}
        <Switch
          label="Also those that are over"
          checked={past}
          onChange={({ currentTarget }) => show({ past: currentTarget.checked ? '1' : '' })}
        />
        {logins && logins.length > 0 && (
          <ExportButton
            label="these sessions"
            page="sessions"
            range={past ? 'all' : 'usable'}
            head={csvHead}
            rows={rows}
          />
        )}
      </Group>
      <p role="status" className={settings.said} data-wrong={said?.wrong || undefined}>
        {said?.text}
      </p>
      {error && <Failed title="The sessions could not be loaded" error={error} onRetry={askAgain} />}
      {!logins && !error && <ListSkeleton />}
      {logins?.length === 0 && <Empty />}
      {logins && logins.length > 0 && (
        <SessionTable
          logins={logins}
          onWho={everybody ? (id) => show({ participant: id }) : undefined}
          onEnd={(login) => setDoomed({ login })}
        />
      )}
      <Group mt="md" gap="xs" className={conversations.pager}>
        {after && (
          <Button variant="default" size="sm" onClick={() => show({ after: '' })}>
            Newest
          </Button>
        )}
        {next?.hasNextPage && (
          <Button variant="default" size="sm" onClick={() => show({ after: next.endCursor ?? '' })}>
            Older
          </Button>
        )}
      </Group>
      <Question
        opened={doomed !== null}
        question={doomed && 'login' in doomed ? 'End this session?' : 'End all sessions?'}
        yes="End"
        no="Keep"
        onYes={() => void end(doomed!)}
        onNo={() => setDoomed(null)}
      >
        {doomed && 'login' in doomed ? <OneEnds login={doomed.login} /> : <AllEnd />}
      </Question>
    </>
  );
}

const OneEnds = ({ login: { participant, current } }: { login: Login }) =>
  current
    ? 'It is the one you use right now: you will be signed out.'
    : `${participant.name} is signed out on this device within a second. What they have written there and not sent yet waits until they sign in again.`;

const AllEnd = () =>
  'They are signed out on every device within a second. With a new token of your application they can come back: whoever must stay outside must get none.';

const Empty = () => (
  <div className={`${deadLetters.empty} ${conversations.empty}`}>
    <Icon name="info" size={30} />
    <Text fw={600}>There is none</Text>
    <Text size="sm" c="dimmed" maw={440}>
      Nobody is logged in who fits. Those that have ended or run out are shown by the switch above.
    </Text>
  </div>
);

const Heading = () => (
  <>
    <h1 className={settings.title}>Sessions</h1>
    <p className={settings.lead}>
      Logins, newest first: on what device, in which language and time zone, from which country or region where a proxy
      tells it. Addresses are not kept.
    </p>
  </>
);

function ListSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the sessions">
      {['a', 'b', 'c', 'd'].map((key) => (
        <Skeleton key={key} height={40} radius={8} mb={8} />
      ))}
    </div>
  );
}

export function SessionsLoading() {
  return (
    <>
      <Heading />
      <ListSkeleton />
    </>
  );
}
