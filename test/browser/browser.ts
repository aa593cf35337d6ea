import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, afterEach, before, describe } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { DashboardUser } from '../../server/auth/dashboard-session.ts';
import { createSignInCode } from '../../server/auth/sign-in.ts';
import { loadConfig } from '../../server/config.ts';
import { openDb } from '../../server/db.ts';
import { createTestDatabase, type TestDatabase } from '../harness/postgres.ts';
import { type Env, startInProcess, type TestServer } from '../harness/server.ts';

/** A real Chromium before a real server; both live as long as the describe block. */
export type Visit = {
  server(): TestServer;
  /** For history that no test can wait for. */
  databaseUrl(): string;
  /** A link as `npm start` prints it; of an agent, as `npm run sign-in-link` does. */
  signInLink(agent?: DashboardUser): Promise<string>;
  /** A page of a new visitor, who has no cookie and no stored settings. */
  open(options?: BrowserContextOptions): Promise<VisitedPage>;
  /** The same, of a manager (or this agent) who is signed in, at this path. */
  openSignedIn(path: string, options?: BrowserContextOptions, agent?: DashboardUser): Promise<VisitedPage>;
  /** Stops the server, and starts it again at the same address. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
};

export type VisitedPage = Page & {
  /** What a visitor's console would show, errors of scripts, and requests to anywhere else. */
  problems: string[];
};

/** Longest wait for anything on a page, in ms: generous, because tests share the machine. */
const PATIENCE_MS = 30_000;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages that a test hands out itself count as coming from elsewhere, and may not reach this machine.
  '--disable-features=LocalNetworkAccessChecks',
];

export function describeInBrowser(name: string, declare: (visit: Visit) => void, settings: Env = {}): void {
  const executablePath = findChromium();
  // In CI nothing is skipped: there the tests run, and fail for want of a browser.
  const skip = !executablePath && !process.env.CI && 'there is no chromium on this machine';
  describe(name, { skip }, () => {
    let browser: Browser;
    let database: TestDatabase;
    let server: TestServer | undefined;
    let env = settings;

    before(async () => {
      database = await createTestDatabase();
      [server, browser] = await Promise.all([
        startInProcess(database.url, env),
        chromium.launch({ executablePath, args: flags }),
      ]);
      env = { ...env, PORT: new URL(server.url).port };
    });
    // A page that is left open goes on showing what happens, and the next test shares the machine with it.
    afterEach(async (context) => {
      const contexts = browser?.contexts() ?? [];
      if ('passed' in context && !context.passed)
        for (const page of contexts.flatMap((one) => one.pages())) console.error(await describePage(page));
      await Promise.all(contexts.map((one) => one.close()));
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
      await database?.drop();
    });

    const running = () => {
      if (!server) throw new Error('the server is stopped');
      return server;
    };

    async function open(options: BrowserContextOptions = {}): Promise<VisitedPage> {
      const context = await browser.newContext({ baseURL: running().url, reducedMotion: 'reduce', ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = Object.assign(await context.newPage(), { problems: [] as string[] });
      page.on('pageerror', (error) => page.problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') page.problems.push(message.text());
      });
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (url.host !== new URL(page.url()).host && /^(http|ws)/.test(url.protocol) && page.url() !== 'about:blank') {
          page.problems.push(`asked ${url.host}`);
        }
      });
      return page;
    }

    async function signInLink(agent?: DashboardUser): Promise<string> {
      const db = openDb(loadConfig({}), database.url);
      const code = await createSignInCode(db, agent);
      await db.$disconnect();
      return `${running().url}/sign-in?code=${code}`;
    }

    declare({
      server: running,
      databaseUrl: () => database.url,
      signInLink,
      open,
      async openSignedIn(path, options, agent) {
        const page = await open(options);
        await page.context().addCookies([await sessionCookie(running().url, await signInLink(agent))]);
        await page.goto(path);
        return page;
      },
      async stopServer() {
        await running().stop();
        server = undefined;
      },
      async startServer() {
        server = await startInProcess(database.url, env);
      },
    });
  });
}

/** As the page of the link gets it, without loading that page and the one it leads to each time. */
async function sessionCookie(url: string, link: string): Promise<{ name: string; value: string; url: string }> {
  const answer = await fetch(`${url}/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: new URL(link).searchParams.get('code') }),
  });
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  if (!name || !value) throw new Error(`no session for the link: ${answer.status} ${await answer.text()}`);
  return { name, value, url };
}

/** What a failed test looked at, for whoever reads only the log. */
async function describePage(page: Page): Promise<string> {
  const text = await page.innerText('body', { timeout: 2_000 }).catch(String);
  return `The page at the end, ${page.url()}:\n${text.slice(0, 3_000)}`;
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['chromium-headless-shell', 'chromium']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
