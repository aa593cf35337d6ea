import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { startProxy } from '../../test/harness/proxy.ts';
import { startRedis } from '../../test/harness/redis.ts';
import { openRedis } from '../redis.ts';
import { createLog } from '../telemetry/log.ts';
import { createBus } from './bus.ts';

test('a subscriber that Redis turned away again and again looks for what it missed once, and then hears everything', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const proxy = await startProxy(redis);
  t.after(() => proxy.close());
  const log = createLog({ LOG_LEVEL: 'silent' });
  const [here, there] = [openRedis(proxy.redisUrl, log), openRedis(redis.url, log)];
  const listening = createBus({ redis: here, enabled: true, log });
  const telling = createBus({ redis: there, enabled: true, log });
  t.after(() => listening.stop());
  t.after(() => telling.stop());
  let gaps = 0;
  const heard: string[] = [];
  listening.onGap(() => void gaps++);
  const { ready } = listening.subscribe('presence', (message) => {
    if (message.type === 'presence') heard.push(`${message.participantId} after ${gaps}`);
  });
  await ready;
  gaps = 0;

  proxy.keepSubscribersOut();
  for (let attempt = 0; attempt < 4; attempt++) await once(here.subscriber, 'ready');
  proxy.letSubscribersIn();
  const gap = new Promise<void>((resolve) => listening.onGap(resolve));
  await gap;
  await telling.publish('presence', { type: 'presence', participantId: 'Cleo', online: true });
  while (heard.length === 0) await once(here.subscriber, 'message');
  assert.deepEqual(heard, ['Cleo after 1']);
});
