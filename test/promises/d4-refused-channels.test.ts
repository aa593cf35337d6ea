import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { History } from '../harness/history.ts';
import { openLab } from '../harness/lab.ts';

test('D4: a channel that Redis refuses is asked for again until it is granted, and no other is lost with it', async (t) => {
  const lab = await openLab(t);
  const others = ['presence', 'participants', 'inbox:*', 'conversation:[^d]*'].map((topic) => `&parley:${topic}`);
  const permit = (...channels: string[]) =>
    lab.redis.run('ACL', 'SETUSER', 'reader', 'on', '>secret', '+@all', '~*', ...channels);
  await permit('resetchannels', ...others);
  const sweepsOff = { OUTBOX_SWEEP: 'off', HEAD_SWEEP: 'off', LOG_LEVEL: 'fatal' };
  const REDIS_URL = lab.redis.url.replace('redis://', 'redis://reader:secret@');
  const [here, there] = [await lab.startInProcess(sweepsOff), await lab.startInProcess({ ...sweepsOff, REDIS_URL })];
  const cleo = await connect(t, here, { sub: 'cleo' });
  const elsewhere = await connect(t, there, { sub: 'cleo' });
  const [refused, granted] = [new History(`d${randomUUID().slice(1)}`), new History(`a${randomUUID().slice(1)}`)];
  const follow = async ({ conversationId: id }: History) => {
    await cleo.start({ id });
    const frames = elsewhere.follow(id, 0);
    await frames.caughtUp();
    return frames;
  };
  const [ofRefused, ofGranted] = [await follow(refused), await follow(granted)];
  const send = (history: History) => history.send(cleo, 'live');

  // Refused from the start: with both sweeps off nothing comes, until Redis changes its mind.
  await send(refused);
  await send(granted);
  await ofGranted.seq(1);
  assert.deepEqual(ofRefused.seqs, []);
  await permit('allchannels');
  await ofRefused.seq(1);
  await send(refused);
  await ofRefused.seq(2);

  // Refused after a return: Redis cuts off subscribers of what they may not hear any more.
  await permit('resetchannels', ...others);
  for (const seq of [2, 3]) {
    await send(granted);
    await ofGranted.seq(seq);
  }
  await send(refused);
  await send(granted);
  await ofGranted.seq(4);
  assert.deepEqual(ofRefused.seqs, [1, 2]);
  await permit('allchannels');
  await ofRefused.seq(3);
  await send(refused);
  await refused.judge(lab.database, { reader: { frames: ofRefused } });
  await granted.judge(lab.database, { reader: { frames: ofGranted } });
});
