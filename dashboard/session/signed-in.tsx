import { Button, Code, Loader, Stack, Text } from '@mantine/core';
import Link from 'next/link';
import { useRouter } from 'next/router';
import { type ReactNode, useEffect, useState } from 'react';
import type { Client } from '../../client/index.ts';
import { pagesOf, startPage } from '../shell/pages.ts';
import { Notice } from './notice.tsx';
import type { DashboardRole } from './post-json.ts';
import { useSession } from './session.tsx';

interface SignedInProps {
  loading: ReactNode;
  children(client: Client, role: DashboardRole): ReactNode;
}

/** Shows its children to who is signed in and has this page, and to everybody else how to get there. */
export function SignedIn({ loading, children }: SignedInProps) {
  const session = useSession();
  const { pathname } = useRouter();
  switch (session.status) {
    case 'signedIn':
      if (pagesOf(session.role).some(({ href }) => href === pathname)) return children(session.client, session.role);
      return pathname === startPage.MANAGER ? <ToStart role={session.role} loading={loading} /> : <ForManagers />;
    case 'checking':
      return loading;
    case 'unreachable':
      return (
        <Notice title="The server cannot be reached">
          <Text>Nothing is lost: conversations are stored. This page goes on by itself as soon as it can.</Text>
          <Button onClick={session.check}>Try now</Button>
        </Notice>
      );
    case 'signedOut':
      return <SignedOut />;
  }
}

/** Who has no overview begins elsewhere. */
function ToStart({ role, loading }: { role: DashboardRole; loading: ReactNode }) {
  const router = useRouter();
  useEffect(() => void router.replace(startPage[role]), [router, role]);
  return loading;
}

const ForManagers = () => (
  <Notice title="This page is for managers">
    <Text>
      You are signed in as an agent: conversations, their messages’ journeys and your own sessions are yours to see.
    </Text>
    <Button component={Link} href={startPage.AGENT}>
      To the conversations
    </Button>
  </Notice>
);

export function SignedOut({ reason }: { reason?: string }) {
  return (
    <Notice title="Sign in to see your dashboard">
      {reason && (
        <Text role="alert" fw={600}>
          {reason}
        </Text>
      )}
      <HowTo />
    </Notice>
  );
}

/** With the company's account where the server has an OpenID provider, else by a printed link. */
function HowTo() {
  const [oidc, setOidc] = useState<boolean>();
  useEffect(() => {
    fetch('/auth/methods')
      .then((response) => response.json())
      .then((methods: { oidc: boolean }) => setOidc(methods.oidc))
      .catch(() => setOidc(false));
  }, []);
  if (oidc === undefined) return <Loader size="sm" />;
  if (oidc)
    return (
      <Button component="a" href="/auth/oidc/start">
        Sign in with your account
      </Button>
    );
  return (
    <>
      <Text>
        There is no password. Parley prints a sign-in link for managers, which works once, wherever it was started:
      </Text>
      <Stack gap={6}>
        <Code block>npm start</Code>
        <Text size="sm" c="dimmed">
          Already running? Look for “Sign in” in its output, or let it print another link; with a name and an id, one
          for an agent:
        </Text>
        <Code block>{'npm run -s sign-in-link\nnpm run -s sign-in-link -- --role agent --name NAME --sub ID'}</Code>
      </Stack>
    </>
  );
}
