import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import express, { type Request, type Response, Router } from 'express';
import { compressedFiles } from './compressed-files.ts';

/** A year, in seconds: files below _next/static carry their content's hash in their names. */
const FOREVER_S = 31_536_000;
const FOREVER = `public, max-age=${FOREVER_S}, immutable`;
const compress = promisify(gzip);
/** `/` and names of pages; with or without the file's ending. */
const PAGE = /^\/([\w-]*?)(?:\.html)?$/;

/** The dashboard's exported files: `/try-it` is try-it.html, and what is not there gets 404.html. A demo's pages say so. */
export function serveDashboard(folder: string, { isDemo }: { isDemo: boolean }): Router {
  const routes = Router();
  const pages = new Map<string, Page>();
  const hashed = join(folder, '_next', 'static') + sep;

  /** Read when it is first asked for, and again when it was built anew. */
  function find(name: string): Page | undefined {
    const path = join(folder, `${name}.html`);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return undefined;
    const known = pages.get(path);
    if (known?.mtimeMs === stats.mtimeMs) return known;
    const page = { mtimeMs: stats.mtimeMs, ...read(readFileSync(path, 'utf8')) };
    pages.set(path, page);
    return page;
  }

  routes.use((request, response, next) => {
    const [, name] = PAGE.exec(request.path) ?? [];
    const page = name === undefined || !isReading(request) ? undefined : find(name || 'index');
    return page ? send(page, response, isDemo) : next();
  });
  routes.use(compressedFiles(folder, FOREVER));
  routes.use(
    express.static(folder, {
      index: false,
      setHeaders(response, path) {
        if (path.startsWith(hashed)) response.set('cache-control', FOREVER);
      },
    }),
  );
  routes.use((request, response, next) => {
    const page = isReading(request) && request.accepts(['json', 'html']) === 'html' ? find('404') : undefined;
    return page ? send(page, response.status(404), isDemo) : next();
  });
  return routes;
}

const isReading = ({ method }: Request) => method === 'GET' || method === 'HEAD';

type Page = { readonly mtimeMs: number; readonly html: string; readonly scripts: string; readonly styles: string };

/** Where the pages have this, the nonce of each answer is put. dashboard/shell/style-nonce.ts has it, too. */
const NONCE = 'STYLE-NONCE';
/** And here, whether they show a demo. dashboard/shell/demo-notice.tsx has it, too. */
const DEMO = 'IS-DEMO';

/** Neither a file nor data. */
const INLINE_SCRIPT = /<script(?![^>]*\s(?:src|type)=)[^>]*>([\s\S]*?)<\/script>/g;

/** What stands inline in a page is allowed by its hash, and nothing else is. */
function read(html: string): Omit<Page, 'mtimeMs'> {
  const scripts = [...html.matchAll(INLINE_SCRIPT)].map(([, script]) => hashOf(script!));
  const attributes = [...html.matchAll(/\sstyle="([^"]*)"/g)].map(([, style]) => hashOf(decode(style!)));
  return { html, scripts: [...new Set(scripts)].join(' '), styles: [...new Set(attributes)].join(' ') };
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const entities: Record<string, string> = { quot: '"', amp: '&', lt: '<', gt: '>', '#x27': "'", '#39': "'" };
const decode = (text: string) => text.replace(/&([#\w]+);/g, (all, name: string) => entities[name] ?? all);

/**
 * Scripts come from files only, but for the bundler's inline ones. Style elements, of which the component library makes some
 * in the browser, carry a nonce.
 */
async function send({ html, scripts, styles }: Page, response: Response, isDemo: boolean): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'self'",
    `script-src 'self' ${scripts}`,
    `style-src 'self' 'nonce-${nonce}'`,
    `style-src-attr 'unsafe-hashes' ${styles}`,
    "img-src 'self' data:",
    `connect-src 'self' ${socketsOf(response.req.headers.host)}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  response.set({ 'content-security-policy': policy.join('; '), 'cache-control': 'no-cache' });
  const own = html.replaceAll(NONCE, nonce).replaceAll(DEMO, String(isDemo));
  response.type('html').vary('accept-encoding');
  // To a sixth. Each answer has its own nonce, so none is kept; nothing secret stands beside what somebody else could choose.
  if (response.req.acceptsEncodings('gzip')) response.set('content-encoding', 'gzip').send(await compress(own));
  else response.send(own);
}

/** Not every browser takes 'self' for sockets as well, so this server's own are named. */
const socketsOf = (host = '') => (/^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : '');
