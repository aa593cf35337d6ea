import { createHash } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import express, { type Response, Router } from 'express';

/** A year, in seconds: files below _next/static carry their content's hash in their names. */
const FOREVER_S = 31_536_000;

/** The dashboard's exported files: `/try-it` is try-it.html, and what is not there gets 404.html. */
export function serveDashboard(folder: string): Router {
  const routes = Router();
  const hashed = join(folder, '_next', 'static') + sep;
  const setHeaders = (response: Response, path: string, stats: Stats) => {
    if (path.startsWith(hashed)) response.set('cache-control', `public, max-age=${FOREVER_S}, immutable`);
    if (path.endsWith('.html')) response.set('content-security-policy', policyOf(path, stats, response));
  };
  routes.use(express.static(folder, { extensions: ['html'], setHeaders }));
  routes.use((request, response, next) => {
    const stats = statSync(join(folder, '404.html'), { throwIfNoEntry: false });
    if (!stats || request.method !== 'GET' || request.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    response.set('content-security-policy', policyOf(join(folder, '404.html'), stats, response));
    response.status(404).sendFile('404.html', { root: folder });
  });
  return routes;
}

const policies = new Map<string, { mtimeMs: number; policy: string }>();

/**
 * Scripts come from files only, but for the bundler's inline ones, which are named by their hashes. Styles may stand inline:
 * the component library computes some. A page's policy is made when it is first asked for, and again when it was built anew.
 */
function policyOf(path: string, { mtimeMs }: Stats, { req: { headers } }: Response): string {
  const known = policies.get(path);
  if (known?.mtimeMs === mtimeMs) return withSockets(known.policy, headers.host);
  const scripts = [...readFileSync(path, 'utf8').matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
  );
  const policy = [
    "default-src 'self'",
    ["script-src 'self'", ...scripts].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self' ${SOCKETS}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  policies.set(path, { mtimeMs, policy });
  return withSockets(policy, headers.host);
}

/** Not every browser takes 'self' for sockets as well, so this server's own are named. */
const SOCKETS = '(sockets)';
const withSockets = (policy: string, host = '') =>
  policy.replace(SOCKETS, /^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : '');
