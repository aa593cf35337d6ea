import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import express, { type Request, type Response, Router } from 'express';

/**
 * GraphiQL for a browser that opens /graphql, from local files only. The editor comes ready-built inside an npm package,
 * which is read when somebody first asks for it; graphiql-page.js beside this file puts it on the page.
 */
export function graphiqlRoutes(): Router {
  const routes = Router();
  routes.get('/graphiql/graphiql-page.js', (_request, response) => void response.sendFile(pageScript));
  routes.use('/graphiql/graphql-ws', express.static(graphqlWs, { index: false }));
  for (const [file, { type, read }] of Object.entries(files)) {
    routes.get(`/graphiql/${file}`, (request, response) => sendFile(request, response, type, read));
  }
  routes.get('/', (request, response, next) => {
    // Clients ask for JSON; only a person's browser asks for HTML first.
    if (request.accepts(['application/json', 'application/graphql-response+json', 'text/html']) !== 'text/html') next();
    else response.set('content-security-policy', policy).type('html').send(page);
  });
  return routes;
}

const pageScript = fileURLToPath(new URL('./graphiql-page.js', import.meta.url));
const graphqlWs = dirname(fileURLToPath(import.meta.resolve('graphql-ws/client')));

const editor = () => import('@graphql-yoga/render-graphiql/graphiql');

type File = { type: string; read: () => Promise<string> };

const files: Record<string, File> = {
  'graphiql.js': { type: 'js', read: async () => (await editor()).js },
  'graphiql.css': { type: 'css', read: async () => (await editor()).css },
  'editor.worker.js': { type: 'js', read: async () => (await editor()).editorWorkerService },
  'json.worker.js': { type: 'js', read: async () => (await editor()).jsonWorker },
  'graphql.worker.js': { type: 'js', read: async () => (await editor()).graphqlWorker },
};

/** The editor sets styles from scripts and carries its icon font in its style sheet; nothing else may come from elsewhere. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>GraphQL · Parley</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/graphql/graphiql/graphiql.css" />
    <script src="/graphql/graphiql/graphiql.js" defer></script>
    <script src="/graphql/graphiql/graphiql-page.js" type="module"></script>
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root" style="height: 100dvh"></div>
  </body>
</html>
`;

const compress = promisify(gzip);
/** Eight megabytes of editor become two; done once. */
const compressed = new Map<string, Promise<Buffer>>();

async function sendFile(request: Request, response: Response, type: string, read: File['read']): Promise<void> {
  response.type(type).set('cache-control', 'public, max-age=86400').vary('accept-encoding');
  if (!request.acceptsEncodings('gzip')) {
    response.send(await read());
    return;
  }
  const key = request.path;
  if (!compressed.has(key)) compressed.set(key, read().then(compress));
  response.set('content-encoding', 'gzip').send(await compressed.get(key));
}
