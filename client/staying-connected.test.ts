import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from './connection.ts';
import { follow } from './follow.ts';
import { accepted, connect, countOnce, mood, refreshed, sockets, subscription } from './moody-server.ts';

/** A token that says when it ends; nobody here looks at its signature. */
let tokens = 0;
const endingIn = (ms: number) => {
  const claims = { sub: 'cleo', exp: (Date.now() + ms) / 1_000, n: ++tokens };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
};

/** A subscription whose beginnings are counted: one that goes on has one. */
function followCounting(connection: Connection): { begun: number; heard: Promise<void> } {
  const counter = { begun: 0, heard: Promise.resolve() };
  mood.count = (args) => {
    counter.begun += 1;
    return countOnce(args);
  };
  counter.heard = new Promise<void>((next) => {
    follow(connection, subscription, () => ({ from: 0 }), { next: () => next() });
  });
  return counter;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((later) => setTimeout(later, 10));
}

test('a token is replaced on the open socket before it ends, and no stream notices', async () => {
  const given: string[] = [];
  const connection = connect(() => {
    given.push(endingIn(given.length === 0 ? 1_200 : 3_600_000));
    return given.at(-1)!;
  });
  const stream = followCounting(connection);
  await stream.heard;
  await until(() => refreshed.length > 0);
  assert.deepEqual(refreshed, [given[1]]);
  assert.deepEqual([stream.begun, accepted.length], [1, 1]);
});

test('a server that cannot replace it gets it on a new socket, and the stream is taken up again', async () => {
  mood.refreshes = false;
  let asked = 0;
  const connection = connect(() => endingIn(++asked === 1 ? 1_200 : 3_600_000));
  const stream = followCounting(connection);
  await until(() => stream.begun === 2);
  assert.equal(accepted.length, 2);
});

test('a callback that fails, or repeats itself, is asked again before the token ends', async () => {
  const first = endingIn(2_000);
  let asked = 0;
  const connection = connect(async () => {
    asked += 1;
    if (asked === 2) throw new Error('the token server is busy');
    return asked <= 3 ? first : endingIn(3_600_000);
  });
  await followCounting(connection).heard;
  await until(() => refreshed.length > 0);
  assert.equal(asked, 4);
  assert.equal(accepted.length, 1);
});

test('sent away by a server, a client comes back when it was asked to', async () => {
  const connection = connect();
  const stream = followCounting(connection);
  await stream.heard;
  const at = Date.now();
  for (const socket of sockets) socket.close(1012, 'Service restart; retry-after-ms=1500');
  await until(() => stream.begun === 2);
  const waited = Date.now() - at;
  assert.ok(waited >= 1_490 && waited < 6_000, `${waited} ms`);
});
