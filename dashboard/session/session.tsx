import { createContext, type ReactNode, startTransition, useCallback, useContext, useEffect, useState } from 'react';
import { type Client, createClient, ParleyError } from '../../client/index.ts';
import { forgetVisit } from '../try-it/kept-visit.ts';
import { type DashboardRole, fetchToken, postJson } from './post-json.ts';

type Standing =
  | { readonly status: 'checking' }
  | { readonly status: 'signedIn'; readonly role: DashboardRole; readonly client: Client }
  | { readonly status: 'signedOut' }
  | { readonly status: 'unreachable' };

export type Session = Standing & {
  /** Asks the server again who we are. */
  check(): Promise<void>;
  signOut(): void;
};

/** How often an unreachable server is asked again, in ms. */
const RETRY_MS = 5_000;

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession() outside of SessionProvider');
  return session;
}

/** Whether a manager or an agent is signed in, and their one client for as long as they are. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [standing, setStanding] = useState<Standing>({ status: 'checking' });

  const check = useCallback(async () => {
    try {
      const { token: first, role } = await fetchToken();
      let unused: string | undefined = first;
      const token = async () => {
        const fresh = unused ?? (await fetchToken()).token;
        unused = undefined;
        return fresh;
      };
      const client = createClient({ url: '/graphql', token });
      // All of a page is drawn then: in slices, between which it stays responsive.
      startTransition(() => setStanding({ status: 'signedIn', role, client }));
    } catch (error) {
      const out = error instanceof ParleyError && error.code === 'UNAUTHENTICATED';
      setStanding({ status: out ? 'signedOut' : 'unreachable' });
    }
  }, []);

  const signOut = useCallback(async () => {
    const answer = await postJson<{ goOn: string | null }>('/auth/sign-out').catch(() => null);
    forgetVisit();
    // Of the provider's account, too: else the next sign-in would ask nothing.
    if (answer?.goOn) location.assign(answer.goOn);
    setStanding({ status: 'signedOut' });
  }, []);

  useEffect(() => {
    // Who follows a sign-in link is not signed in yet; that page asks when they are. A survey link needs nobody.
    if (!/^\/(sign-in|survey)\b/.test(location.pathname)) void check();
  }, [check]);

  useEffect(() => {
    if (standing.status !== 'unreachable') return;
    const timer = setTimeout(check, RETRY_MS);
    return () => clearTimeout(timer);
  }, [standing, check]);

  useEffect(() => {
    if (standing.status !== 'signedIn') return;
    const { client } = standing;
    const stop = client.connection.subscribe(() => {
      if (client.connection.getSnapshot().status === 'refused') setStanding({ status: 'signedOut' });
    });
    return () => {
      stop();
      client.close();
    };
  }, [standing]);

  return <SessionContext value={{ ...standing, check, signOut }}>{children}</SessionContext>;
}
