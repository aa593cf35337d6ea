import { Loader, Text } from '@mantine/core';
import { useRouter } from 'next/router';
import { useEffect, useRef, useState } from 'react';
import { Notice } from '../session/notice.tsx';
import { postJson } from '../session/post-json.ts';
import { useSession } from '../session/session.tsx';
import { SignedOut } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

/** Where the printed link leads: trades its code for a session, then goes to the overview. */
export default function SignInPage() {
  const router = useRouter();
  const session = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const tried = useRef(false);

  useEffect(() => {
    // Before, the router does not know the query of a prerendered page.
    if (!router.isReady || tried.current) return;
    tried.current = true;
    const { code } = router.query;
    // The code works once, but it need not stay in the history either.
    void router.replace('/sign-in', undefined, { shallow: true });
    if (!code) {
      setProblem('');
      return;
    }
    postJson('/auth/sign-in', { code })
      .then(() => session.check())
      .then(() => router.replace('/'))
      .catch((error: Error) => setProblem(error.message));
  }, [router, session]);

  return (
    <Shell title="Sign in">
      {problem === null ? (
        <Notice title="Signing you in">
          <Loader size="sm" />
          <Text c="dimmed">This takes a moment.</Text>
        </Notice>
      ) : (
        <SignedOut reason={problem} />
      )}
    </Shell>
  );
}
