import { Loader, Text } from '@mantine/core';
import { useRouter } from 'next/router';
import { useEffect, useRef, useState } from 'react';
import { Notice } from '../session/notice.tsx';
import { postJson } from '../session/post-json.ts';
import { useSession } from '../session/session.tsx';
import { SignedOut } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

/** What went wrong with the company's account, by the server's word for it, and what to do. */
const problems: Record<string, string> = {
  denied: 'The sign-in was cancelled, or your account may not use Parley. Try again, or ask whoever runs it.',
  expired: 'The sign-in took too long, or was begun in another browser. Begin again.',
  'no-role':
    'Your account is not one of a manager or an agent of this Parley. Ask whoever runs your accounts to make it one, then sign in again.',
  'not-agent': 'Your account is an agent’s, but its id is not one of an agent here. Ask whoever runs Parley.',
  provider: 'Your company’s sign-in does not answer as it should. Try again in a minute.',
  'too-often': 'Too many attempts from your network. Try again in a minute.',
  failed: 'The sign-in failed. Try again; whoever runs Parley finds the reason in its log.',
};

/** Where the printed link leads: trades its code for a session, then goes to where one begins. */
export default function SignInPage() {
  const router = useRouter();
  const session = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const tried = useRef(false);

  useEffect(() => {
    // Before, the router does not know the query of a prerendered page.
    if (!router.isReady || tried.current) return;
    tried.current = true;
    const { code, problem: word } = router.query;
    // The code works once, but it need not stay in the history either.
    void router.replace('/sign-in', undefined, { shallow: true });
    if (!code) {
      setProblem(word ? (problems[String(word)] ?? problems.failed!) : '');
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
