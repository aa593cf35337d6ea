import { setTimeout as pause } from 'node:timers/promises';
import * as documents from '../../harness/documents.ts';
import type { Scenario } from '../scenario.ts';

export const lateAcknowledgements: Scenario = {
  name: 'late-acknowledgements',
  promises: 'D7',
  fault: 'acknowledgements come late, twice and in the wrong order, also while a process dies: no watermark ever falls',
  async run({ world, load, full, random, recovers }) {
    const [doomed] = world.slots;
    const rounds = full ? 300 : 40;
    for (let n = 0; n < rounds; n++) {
      const { id, sides } = load.talks[random.below(load.talks.length)]!;
      const { device } = sides[random.below(sides.length)]!;
      const seq = random.below(device.recorder.highest(id) + 1);
      const input = { conversationId: id, ...(random.chance(0.5) ? { deliveredSeq: seq } : { readSeq: seq }) };
      void device.client.request(documents.acknowledge, { input }).catch(() => {});
      if (n === rounds / 2) await doomed.kill();
      await pause(random.below(20));
    }
    await doomed.start();
    await recovers();
  },
};
