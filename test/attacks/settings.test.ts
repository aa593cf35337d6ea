import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { conversationQuery, inboxUpdatesSubscription, viewerQuery } from '../../client/operations.ts';
import { collectDocuments } from '../../scripts/documents.ts';
import { ConfigError } from '../../server/config.ts';
import { loadTrustedDocuments } from '../../server/graphql/load-trusted-documents.ts';
import { readTlsFiles } from '../../server/read-tls-files.ts';
import { overBothTransports } from '../api/over-both-transports.ts';
import { refused } from '../api/refused.ts';
import { startForFile } from '../api/start-for-file.ts';
import { connect, tokenFor } from '../harness/actor.ts';

/* What an operator can set to leave attackers less. */

const folder = await mkdtemp(join(tmpdir(), 'parley-settings-'));
after(() => rm(folder, { recursive: true }));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const [TLS_CERT, TLS_KEY] = [fixture('tls-for-tests.crt'), fixture('tls-for-tests.key')];
const ca = readFileSync(TLS_CERT);

const list = async (name: string, documents: Record<string, string>) => {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(documents));
  return path;
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** What the tests' actors ask when they connect. */
const whoAmI = '{ viewer { id } }';

describe('trusted documents', async () => {
  const known = await collectDocuments();
  const trusting = await startForFile({
    TRUSTED_DOCUMENTS: await list('trusted.json', { ...known, [sha256(whoAmI)]: whoAmI }),
  });

  test('are all that the client and the dashboard send', () => {
    const texts = Object.values(known);
    for (const document of [viewerQuery, conversationQuery, inboxUpdatesSubscription])
      assert.ok(texts.includes(document));
    assert.ok(texts.some((text) => text.startsWith('subscription KpiOverview')));
  });

  overBothTransports('run, and no others, however alike', async (t, ask) => {
    const cleo = await connect(t, trusting);
    const id = (await ask(cleo, viewerQuery)).viewer.id;
    assert.equal(id, cleo.id);
    for (const document of [
      '{ viewer { name } }',
      `${whoAmI} `,
      viewerQuery.replace('Viewer', 'viewer'),
      '{ __typename }',
      '',
    ])
      await assert.rejects(ask(cleo, document), (error: unknown) =>
        document === '' ? true : refused('GRAPHQL_VALIDATION_FAILED')(error),
      );
  });

  test('are not read from a file that does not hold what it says', async () => {
    for (const [name, content] of Object.entries({
      'wrong hash': { [sha256('x')]: whoAmI },
      'no text': { [sha256('7')]: 7 as unknown as string },
    })) {
      const path = await list(`${name}.json`, content);
      assert.throws(() => loadTrustedDocuments(path), ConfigError);
    }
    assert.throws(() => loadTrustedDocuments(join(folder, 'nowhere.json')), /cannot be read/);
    assert.throws(() => loadTrustedDocuments(fixture('dialogues.jsonl')), /not JSON/);
  });
});

describe('TLS served directly', async () => {
  const server = await startForFile({ TLS_CERT, TLS_KEY });
  const { port } = new URL(server.url);
  const options = { ca, host: 'localhost', port: Number(port) };

  test('HTTPS, with HSTS; nothing older than TLS 1.2', async () => {
    assert.match(server.url, /^https:/);
    const [response] = await once(get({ ...options, path: '/livez' }), 'response');
    response.resume();
    assert.equal(response.statusCode, 200);
    assert.match(response.headers['strict-transport-security'], /max-age=\d{7,}/);
    const old = connectTls({ ...options, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    await once(old, 'error');
    await assert.rejects(fetch(server.url.replace('https', 'http')));
  });

  test('sockets over wss', async (t) => {
    const socket = new WebSocket(`wss://localhost:${port}/graphql`, 'graphql-transport-ws', { ca });
    t.after(() => socket.terminate());
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${await tokenFor()}` } }));
    const [frame] = await once(socket, 'message');
    assert.equal(JSON.parse(String(frame)).type, 'connection_ack');
  });

  test('files that cannot serve are said in one line', () => {
    for (const [files, words] of [
      [{ TLS_CERT }, /go together/],
      [{ TLS_CERT: join(folder, 'nowhere'), TLS_KEY }, /cannot be read/],
      [{ TLS_CERT: TLS_KEY, TLS_KEY: TLS_CERT }, /no PEM certificate/],
    ] as const)
      assert.throws(() => readTlsFiles(files as Parameters<typeof readTlsFiles>[0]), words);
  });
});
