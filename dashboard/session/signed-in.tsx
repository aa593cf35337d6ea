import { Button, Code, Loader, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { Client } from '../../client/index.ts';
import { Notice } from './notice.tsx';
import { useSession } from './session.tsx';

/** Shows its children to a manager who is signed in, and to everybody else how to become one. */
export function SignedIn({ loading, children }: { loading: ReactNode; children: (client: Client) => ReactNode }) {
  const session = useSession();
  switch (session.status) {
    case 'signedIn':
      return children(session.client);
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
          Already running? Look for “Sign in” in its output, or start it again: that takes a few seconds and loses
          nothing.
        </Text>
      </Stack>
    </>
  );
}
