import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Redis } from 'ioredis';
import { createLog } from '../telemetry/log.ts';
import { openRedisChannels } from './redis-channels.ts';

test('a channel whose own command is never answered counts as heard when a later connection has asked for it', async () => {
  // A connection that goes down may take a command with it; ioredis then settles it neither way.
  const commands: string[][] = [];
  const subscribe = (...channels: string[]) => {
    commands.push(channels);
    return commands.length === 1 ? new Promise(() => {}) : Promise.resolve(channels.length);
  };
  const channels = openRedisChannels({
    subscriber: { subscribe, on() {} } as unknown as Redis,
    log: createLog({ LOG_LEVEL: 'silent' }),
    onLate() {},
  });
  channels.want('one');
  const confirmed = Promise.withResolvers<void>();
  void channels.subscriber.subscribe('one', () => confirmed.resolve());
  await channels.renew();
  await confirmed.promise;
  assert.deepEqual(commands, [['one'], ['one']]);
});
