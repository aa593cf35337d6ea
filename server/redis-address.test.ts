import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRedisAddress } from './redis-address.ts';

const nobody = { username: undefined, password: undefined };

test('one server is left to ioredis', () => {
  for (const url of ['redis://cache', 'rediss://ada:secret@[::1]:6380/2'])
    assert.deepEqual(parseRedisAddress(url), { form: 'server', url });
});

test('sentinels, and what they call the primary', () => {
  assert.deepEqual(parseRedisAddress('redis+sentinel://s1,s2:26380,[fd00::3]:26381/chat'), {
    form: 'sentinel',
    nodes: [
      { host: 's1', port: 26379 },
      { host: 's2', port: 26380 },
      { host: 'fd00::3', port: 26381 },
    ],
    ...nobody,
    tls: false,
    name: 'chat',
    sentinelUsername: undefined,
    sentinelPassword: undefined,
  });
  const guarded = parseRedisAddress('rediss+sentinel://ada:p%40ss@s1/chat?sentinelPassword=hush&sentinelUsername=sen');
  assert.deepEqual(guarded, {
    form: 'sentinel',
    nodes: [{ host: 's1', port: 26379 }],
    username: 'ada',
    password: 'p@ss',
    tls: true,
    name: 'chat',
    sentinelUsername: 'sen',
    sentinelPassword: 'hush',
  });
});

test('nodes of a cluster', () => {
  assert.deepEqual(parseRedisAddress('rediss+cluster://:secret@n1,n2:7001'), {
    form: 'cluster',
    nodes: [
      { host: 'n1', port: 6379 },
      { host: 'n2', port: 7001 },
    ],
    username: undefined,
    password: 'secret',
    tls: true,
  });
});

test('nothing else', () => {
  for (const url of [
    'foo',
    'http://cache',
    'redis://',
    'redis+sentinel://s1',
    'redis+sentinel:///chat',
    'redis+sentinel://s1:0/chat',
    'redis+sentinel://s1:65536/chat',
    'redis+sentinel://s1,,s2/chat',
    'redis+sentinel://s1/chat?db=2',
    'redis+sentinel://a%:b@s1/chat',
    'redis+cluster://n1/0',
    'redis+cluster://n1?sentinelPassword=x',
    'redis+cluster://n1 n2',
  ])
    assert.equal(parseRedisAddress(url), undefined, url);
});
