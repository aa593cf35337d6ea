import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Actor, connect, OperationError } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { FoldedDevice } from '../harness/folded-device.ts';
import { openLab } from '../harness/lab.ts';
import { onEveryTopology, startTopology, type Topology } from '../harness/topology.ts';

const WALK = 240;
/** Under way at the same moment. */
const BURST = 8;
const LOOK_EVERY = 80;

const names = ['cleo', 'ada', 'ben', 'mia'] as const;
type Name = (typeof names)[number];

const who = fc.constantFrom(...names);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('send' as const), who, body: fc.string({ minLength: 1 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('edit' as const), at: fc.nat(60), body: fc.string({ minLength: 1 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), at: fc.nat(60) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('assign' as const), who, to: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('acknowledge' as const), who, back: fc.nat(10), read: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('type' as const), who, typing: fc.boolean() }) },
  // What happens to devices: somebody comes and goes, a stream breaks, a reader scrolls up.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('visit' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const), device: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('scroll' as const), device: fc.nat(9) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type World = {
  t: TestContext;
  topology: Topology;
  id: string;
  subs: Record<Name, string>;
  /** Each has a connection to every server. */
  actors: Record<Name, Actor[]>;
  devices: FoldedDevice[];
};

async function createWorld(t: TestContext, topology: Topology): Promise<World> {
  const roles = { cleo: 'CUSTOMER', ada: 'AGENT', ben: 'AGENT', mia: 'MANAGER' } as const;
  const subs = Object.fromEntries(names.map((name) => [name, `${name} ${randomUUID()}`])) as World['subs'];
  const entries = names.map(async (name) => {
    const connections = topology.servers.map((server) =>
      connect(t, server, { name, sub: subs[name], role: roles[name] }),
    );
    return [name, await Promise.all(connections)] as const;
  });
  const actors = Object.fromEntries(await Promise.all(entries)) as World['actors'];
  const id = await actors.cleo[0]!.start({ subject: 'A walk' });
  await actors.mia[0]!.claim(id);
  for (const name of ['ada', 'ben'] as const) {
    await actors.mia[0]!.run(documents.add, { input: { conversationId: id, externalId: subs[name] } });
  }
  const watching = [actors.cleo[0]!, actors.cleo.at(-1)!, actors.ada.at(-1)!, actors.mia[0]!];
  const devices = await Promise.all(watching.map((actor) => FoldedDevice.open(actor, id)));
  return { t, topology, id, subs, actors, devices };
}

/** Somebody's next step; what the rules of the moment refuse is no step. */
async function take(world: World, given: Step, n: number): Promise<void> {
  const { id: conversationId, actors, subs, devices } = world;
  const at = (name: Name) => actors[name][n % actors[name].length]!;
  const run = (actor: Actor, document: string, input: Record<string, unknown>) =>
    actor.run(document, { input: { conversationId, ...input } });
  const message = (index: number) => {
    const { messages } = devices[0]!.fold();
    return messages[index % Math.max(1, messages.length)];
  };
  const senderOf = ({ sender }: { sender: { id: string } }) => names.find((name) => actors[name][0]!.id === sender.id)!;
  switch (given.do) {
    case 'send':
      return void (await at(given.who).send(conversationId, given.body));
    case 'edit': {
      const target = message(given.at);
      if (!target) return;
      const input = { messageId: target.id, body: given.body, version: target.version };
      return void (await run(at(senderOf(target)), documents.edit, input));
    }
    case 'delete': {
      const target = message(given.at);
      if (target) await run(at(senderOf(target)), documents.remove, { messageId: target.id });
      return;
    }
    case 'join':
      return void (await run(at('mia'), documents.add, { externalId: subs[given.who] }));
    case 'leave':
      // Cleo and Mia stay, so that somebody watches from inside.
      if (given.who === 'ada' || given.who === 'ben') await run(at(given.who), documents.leave, {});
      return;
    case 'assign':
      return void (await run(at('mia'), documents.assign, { agentId: at(given.to).id }));
    case 'close':
      return void (await run(at(given.who), documents.close, {}));
    case 'reopen':
      return void (await run(at('mia'), documents.reopen, {}));
    case 'acknowledge': {
      const seq = Math.max(0, devices[0]!.fold().headSeq - given.back);
      return void (await run(
        at(given.who),
        documents.acknowledge,
        given.read ? { readSeq: seq } : { deliveredSeq: seq },
      ));
    }
    case 'type':
      return void (await run(at(given.who), documents.type, { typing: given.typing }));
    case 'visit': {
      const server = world.topology.servers[n % world.topology.servers.length]!;
      const visitor = await connect(world.t, server, {
        name: given.who,
        sub: `visitor ${subs[given.who]}`,
        role: 'AGENT',
      });
      await run(at('mia'), documents.add, { externalId: `visitor ${subs[given.who]}` });
      await visitor.close();
      return;
    }
    case 'resume':
      return devices[given.device % devices.length]!.resume();
    case 'scroll':
      return devices[given.device % devices.length]!.scrollUp();
  }
}

const REFUSALS = ['CONFLICT', 'CONVERSATION_CLOSED', 'FORBIDDEN', 'BAD_USER_INPUT'];

async function perhaps(walking: Promise<void>): Promise<void> {
  await walking.catch((error: unknown) => {
    if (!(error instanceof OperationError) || !REFUSALS.includes(error.code)) throw error;
  });
}

describe('D10: one truth', () => {
  onEveryTopology(
    (topology) => {
      test('D10: after any walk the state folded from live events equals what a fresh query returns', async (t) => {
        const seed = Number(process.env.PARLEY_SEED ?? randomInt(2 ** 31));
        const world = await createWorld(t, topology());
        const steps = fc.sample(step, { numRuns: WALK, seed });
        for (let n = 0; n < steps.length; n += BURST) {
          await Promise.all(steps.slice(n, n + BURST).map((given, i) => perhaps(take(world, given, n + i))));
          if ((n + BURST) % LOOK_EVERY === 0) {
            for (const device of world.devices) {
              // Each is asked as its own viewer, at the other server.
              const name = names.find((who) => world.actors[who][0]!.id === device.actor.id)!;
              await device.assertLikeAFreshQuery(world.actors[name].at(-1)!, `PARLEY_SEED=${seed}, step ${n + BURST}`);
            }
          }
        }
        assert.ok(world.devices[0]!.state.headSeq > WALK / 10, 'hardly anything happened');
      });
    },
    { PRESENCE_GRACE_MS: '50' },
  );

  const presenceOf = (device: FoldedDevice, participantId: string) =>
    device.fold().members.find(({ id }) => id === participantId)?.online;

  test('D10: somebody who joined in a jump that nobody was told one by one is seen coming and going', async (t) => {
    // With the bus off a follower learns of everything at the next sweep, here of more than it reads for all.
    const topology = await startTopology(t, 'one process', { BUS: 'off', PRESENCE_GRACE_MS: '50', FOLLOW_PAGE: '10' });
    const ada = await connect(t, topology.first, { role: 'AGENT', name: 'Ada' });
    const ben = await connect(t, topology.first, { role: 'AGENT', name: 'Ben', sub: 'ben' });
    const id = await ada.start();
    const device = await FoldedDevice.open(ada, id);
    await eventually('the device has caught up', () => device.fold().caughtUp);
    await ada.run(documents.add, { input: { conversationId: id, externalId: 'ben' } });
    await Promise.all(Array.from({ length: 100 }, (_, n) => ada.send(id, `message ${n}`)));
    await eventually('Ben is seen', () => presenceOf(device, ben.id) === true);
    await ben.close();
    await eventually('Ben is seen going', () => presenceOf(device, ben.id) === false);
  });

  test('D10: somebody whose receipt was faster than their joining is seen coming and going', async (t) => {
    const lab = await openLab(t);
    const proxy = await lab.startProxy();
    const settings = { PRESENCE_GRACE_MS: '50', HEAD_SWEEP: 'off', OUTBOX_SWEEP: 'off' };
    const joining = await lab.startInProcess({ ...settings, REDIS_URL: proxy.redisUrl });
    const watching = await lab.startInProcess(settings);
    const mia = await connect(t, joining, { role: 'MANAGER', name: 'Mia', sub: 'mia' });
    const ben = await connect(t, watching, { role: 'AGENT', name: 'Ben', sub: 'ben' });
    const ada = await connect(t, watching, { role: 'AGENT', name: 'Ada', sub: 'ada' });
    const id = await mia.start();
    const device = await FoldedDevice.open(ada, id);
    await eventually('the device has caught up', () => device.fold().caughtUp);
    proxy.hold();
    await mia.run(documents.add, { input: { conversationId: id, externalId: 'ben' } });
    await ben.acknowledge(id, { readSeq: 1 });
    await eventually('the receipt is there', () => device.fold().members.some(({ readSeq }) => readSeq === 1));
    assert.equal(device.state.headSeq, 0);
    proxy.release();
    await eventually('the joining is there', () => device.fold().headSeq === 1);
    await ben.close();
    await eventually('Ben is seen going', () => presenceOf(device, ben.id) === false);
  });
});
