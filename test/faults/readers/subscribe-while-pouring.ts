import { type Actor, connect } from '../../harness/actor.ts';
import { checkHistory } from '../../harness/check-history.ts';
import type { Frames } from '../../harness/frames.ts';
import { readLogged } from '../../harness/history.ts';
import type { Scenario } from '../scenario.ts';

export const subscribeWhilePouring: Scenario = {
  name: 'subscribe-while-pouring',
  promises: 'D4',
  fault: 'subscribers come while messages pour in, at every position: backlog and live meet without a hole or a double',
  async run({ world, load, full, random, found }) {
    const doors = world.slots.map(({ door }) => ({ url: `http://127.0.0.1:${door.port}` }));
    const ada = await Promise.all(doors.map((door) => connect(world, door, { role: 'AGENT', name: 'Ada' })));
    const readers: { id: string; afterSeq: number; frames: Frames }[] = [];
    for (let n = 0; n < (full ? 400 : 60); n++) {
      const { id, sides } = load.talks[random.below(load.talks.length)]!;
      const afterSeq = random.below(sides[0]!.device.recorder.highest(id) + 1);
      readers.push({ id, afterSeq, frames: (ada[n % 2] as Actor).follow(id, afterSeq) });
      if (n % 5 === 0) await readers.at(-1)!.frames.caughtUp();
      if (n % 10 === 0) await load.gain(2);
    }
    await load.gain(20);
    for (const [n, { id, afterSeq, frames }] of readers.entries()) {
      const log = await readLogged(world.database.url, id);
      await frames.seq(log.at(-1)!.seq);
      frames.stop();
      const received = frames.events.map(({ __typename, seq, message }) => ({
        seq,
        messageId: __typename === 'MessagePosted' ? message.id : null,
      }));
      // Of what came after the look at the log nothing is known here.
      const known = received.filter(({ seq }) => seq <= log.at(-1)!.seq);
      const device = { name: `reader ${n}`, afterSeq, received: known };
      const attempts = log.flatMap(({ messageId }) =>
        messageId ? [{ id: messageId, body: '', outcome: 'unknown' as const }] : [],
      );
      for (const finding of checkHistory({ attempts, log, devices: [device] })) found(finding.kind, finding.what);
    }
  },
};
