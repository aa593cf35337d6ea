import { ActionIcon, Group } from '@mantine/core';
import Head from 'next/head';
import Link from 'next/link';
import { useRouter } from 'next/router';
import { type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useSession } from '../session/session.tsx';
import { Brand } from './brand.tsx';
import { ColorSchemeButton } from './color-scheme-button.tsx';
import { DemoNotice } from './demo-notice.tsx';
import { Icon } from './icon.tsx';
import { pagesOf, startPage } from './pages.ts';
import classes from './shell.module.css';
import { useHint } from './use-hint.tsx';

/** What every page stands in: title, navigation, appearance, sign-out. */
export function Shell({ title, children }: { title: string; children: ReactNode }) {
  const { pathname } = useRouter();
  const session = useSession();
  // Until it is known who looks, what most who look may see.
  const role = session.status === 'signedIn' ? session.role : 'MANAGER';
  const nav = useRef<HTMLElement>(null);
  // On a narrow screen the navigation scrolls: where one is should be in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another role has other links.
  useEffect(() => {
    const { current } = nav;
    if (!current) return;
    const link = current.querySelector<HTMLElement>(`a[href="${pathname}"]`);
    current.scrollLeft = link ? link.offsetLeft - current.offsetLeft - (current.clientWidth - link.offsetWidth) / 2 : 0;
  }, [pathname, role]);
  return (
    <>
      <Head>
        <title>{`${title} · Parley`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </Head>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <DemoNotice />
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link
            href={startPage[role]}
            className={classes.brand}
            aria-label={role === 'MANAGER' ? 'Parley, overview' : 'Parley, conversations'}
          >
            <Brand />
            <span className={classes.brandName}>Parley</span>
          </Link>
          <nav ref={nav} className={classes.nav} aria-label="Main">
            {pagesOf(role).map(({ href, label }) => (
              <Link
                key={href}
                href={href}
                // Only what somebody is about to open: the first load of the overview is not to bring all pages.
                prefetch={false}
                className={classes.link}
                aria-current={pathname === href ? 'page' : undefined}
              >
                {label}
              </Link>
            ))}
            {/* Not a page of this app: the server answers a browser's GET /graphql with GraphiQL. */}
            <a href="/graphql" className={classes.link}>
              GraphQL
            </a>
          </nav>
          <Group gap={4} wrap="nowrap">
            <ColorSchemeButton />
            {session.status === 'signedIn' && <SignOut onClick={session.signOut} />}
          </Group>
        </div>
      </header>
      <main id="content" className={classes.main}>
        {/* Becomes alive after what stands around it, and in slices. */}
        <Suspense>{children}</Suspense>
      </main>
    </>
  );
}

function SignOut({ onClick }: { onClick(): void }) {
  const { control, hint } = useHint<HTMLButtonElement>({ label: 'Sign out', position: 'bottom-end' });
  return (
    <>
      <ActionIcon {...control} variant="subtle" color="gray" size="lg" aria-label="Sign out" onClick={onClick}>
        <Icon name="signOut" />
      </ActionIcon>
      {hint}
    </>
  );
}
