import type { TestContext } from 'node:test';
import { type Actor, connect } from './actor.ts';
import { History } from './history.ts';
import { range } from './range.ts';
import type { TestServer } from './server.ts';

/** A sender at one server, readers at both, in one conversation that all follow from its start. */
export async function meet(t: TestContext, here: TestServer, there: TestServer) {
  const sub = t.name;
  const cleo = await connect(t, here, { sub });
  const elsewhere = await connect(t, there, { sub });
  const id = await cleo.start();
  const devices = { here: { frames: cleo.follow(id, 0) }, there: { frames: elsewhere.follow(id, 0) } };
  for (const { frames } of Object.values(devices)) await frames.caughtUp();
  return { cleo, elsewhere, id, history: new History(id), devices };
}

/**
 * Sends until told to stop, five at a time from each; every attempt is repeated until it is acknowledged. Where a test fails
 * before that, `using` ends it.
 */
export function pour(history: History, ...senders: Actor[]): { stop(): Promise<void> } & Disposable {
  let pouring = true;
  let givenUp = false;
  const streams = senders.flatMap((sender) =>
    range(1, 5).map(async (n) => {
      for (let round = 0; pouring; round++) {
        const { id, body, outcome } = await history.send(sender, `${n}: ${round}`);
        for (let last = outcome; last !== 'acknowledged' && !givenUp; )
          ({ outcome: last } = await history.send(sender, body, id));
      }
    }),
  );
  return {
    async stop() {
      pouring = false;
      await Promise.all(streams);
    },
    [Symbol.dispose]() {
      pouring = false;
      givenUp = true;
    },
  };
}
