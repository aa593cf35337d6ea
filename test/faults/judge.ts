import { randomUUID } from 'node:crypto';
import { auditDatabase } from '../../server/audit/audit-database.ts';
import { openPlainDb } from '../../server/audit/open-plain-db.ts';
import { loadConfig } from '../../server/config.ts';
import { openDb } from '../../server/db.ts';
import { type Actor, connect } from '../harness/actor.ts';
import { checkHistory, type Finding } from '../harness/check-history.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { differenceFromAFreshQuery } from '../harness/folded-device.ts';
import { readLogged } from '../harness/history.ts';
import type { Load, Talk } from './load.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** After everything: compares what happened with what is stored, and what every device shows with what it should. */
export async function judge(
  world: World,
  load: Load,
  scenario: Pick<Scenario, 'allPublished'> = {},
): Promise<Finding[]> {
  const doors = world.slots.map(({ door }) => ({ url: `http://127.0.0.1:${door.port}` }));
  const auditors = await Promise.all(doors.map((door) => connect(world, door, { role: 'MANAGER', name: 'auditor' })));
  const stranger = await connect(world, doors[0]!, { name: 'stranger' });
  const findings = [...load.findings, ...load.devices.flatMap(({ recorder }) => recorder.findings)];
  findings.push(...(await settles(world, load)));
  findings.push(...(await fallen(world, load)));
  for (const talk of load.talks) {
    findings.push(...(await judgeTalk(world, load, talk, auditors)));
    findings.push(...(await strangerSees(stranger, talk.id)));
  }
  findings.push(...(await audit(world, scenario)));
  return findings;
}

/** D5, D7: the outbox is worked off, and everybody who is there has told what they have. */
async function settles({ database }: World, { talks, size }: Load): Promise<Finding[]> {
  const ids = talks.map(({ id }) => `'${id}'`).join();
  const left: Record<string, string> = {
    'events are still in the outbox': 'SELECT count(*)::int AS n FROM outbox',
    'watermarks never reached the head': `SELECT count(*)::int AS n FROM member m JOIN conversation c ON c.id = m.conversation_id
      WHERE c.id IN (${ids}) AND m.left_at IS NULL AND m.delivered_seq < c.head_seq`,
  };
  const findings: Finding[] = [];
  for (const [what, sql] of Object.entries(left)) {
    const count = async () => (await execute<{ n: number }>(database.url, sql))[0]!.n;
    await eventually(what, async () => (await count()) === 0, size.patienceMs).catch(async () =>
      findings.push({ kind: 'lost', what: `${await count()} ${what}` }),
    );
  }
  return findings;
}

/** D7: no watermark is lower than somebody has seen it. */
async function fallen({ database }: World, { devices }: Load): Promise<Finding[]> {
  const rows = await execute<{ key: string; deliveredSeq: number; readSeq: number }>(
    database.url,
    `SELECT conversation_id || ' ' || participant_id AS key, delivered_seq AS "deliveredSeq", read_seq AS "readSeq" FROM member`,
  );
  const stored = new Map(rows.map((row) => [row.key, row]));
  const seen = devices.flatMap(({ recorder }) => [...recorder.watermarks]);
  return seen
    .filter(([key, { deliveredSeq, readSeq }]) => {
      const now = stored.get(key)!;
      return now.deliveredSeq < deliveredSeq || now.readSeq < readSeq;
    })
    .map(([key]) => ({ kind: 'order', what: `a watermark fell (conversation and participant ${key})` }));
}

async function judgeTalk(world: World, load: Load, talk: Talk, auditors: readonly Actor[]): Promise<Finding[]> {
  const { id, sides } = talk;
  const log = await readLogged(world.database.url, id);
  const fresh = await Promise.all(
    auditors.map(async (auditor, i) => {
      const frames = auditor.follow(id, 0);
      await frames.caughtUp().catch(() => {}); // what is missing then is told below
      frames.stop();
      const received = frames.events.map(toReceived);
      return { name: `somebody new at process ${i + 1}`, afterSeq: 0, received };
    }),
  );
  const findings = checkHistory({
    attempts: load.devices.flatMap(({ recorder }) => recorder.attempts.get(id) ?? []),
    log,
    devices: [...sides.flatMap(({ device }) => device.recorder.device(id) ?? []), ...fresh],
  });
  for (const { device, conversation } of sides) {
    const { name } = device.recorder;
    const ask = (document: string, variables: object) => device.client.request<any>(document, variables);
    const difference = await differenceFromAFreshQuery(
      ask,
      () => conversation.getSnapshot().state!,
      load.size.patienceMs,
      load.code,
    );
    if (difference)
      findings.push({ kind: 'unexpected', what: `${name} shows what a fresh query does not: ${difference}` });
  }
  return findings;
}

const toReceived = ({ __typename, seq, message }: any) => ({
  seq,
  messageId: __typename === 'MessagePosted' ? message.id : null,
});

/** D8: to somebody who is not in it, the conversation does not exist. */
async function strangerSees(stranger: Actor, id: string): Promise<Finding[]> {
  const frames = stranger.follow(id, 0);
  const message = { id: randomUUID(), conversationId: id, body: 'Hello?' };
  // Where the door is open the stream goes on: whatever comes first tells.
  const first = await frames.until(() => true).catch(() => undefined);
  const codes = [
    first && !first.errors ? 'followed' : await frames.endCode(),
    await codeOf(stranger.run(documents.send, { input: message })),
    await codeOf(stranger.run(documents.acknowledge, { input: { conversationId: id, deliveredSeq: 1 } })),
  ];
  frames.stop();
  const { conversation } = await stranger.run(documents.conversation, { id }).catch(() => ({ conversation: null }));
  const isHidden = frames.events.length === 0 && conversation === null && codes.every((code) => code === 'NOT_FOUND');
  return isHidden ? [] : [{ kind: 'unexpected', what: `a stranger gets into conversation ${id}: ${codes.join(', ')}` }];
}

const codeOf = (running: Promise<unknown>) =>
  running.then(
    () => 'done',
    ({ code }) => code as string,
  );

/** What `npm run audit` says. */
async function audit({ database }: World, { allPublished = true }: Pick<Scenario, 'allPublished'>): Promise<Finding[]> {
  const db = openDb(loadConfig({ DATABASE_POOL_SIZE: '1' }), database.url);
  const plain = openPlainDb(database.url);
  try {
    const verdicts = await auditDatabase({ db, plain });
    return verdicts
      .filter(({ findings, level }) => findings > 0 && (level === 'error' || allPublished))
      .map(({ promise, name, examples }) => ({
        kind: 'unexpected',
        what: `audit, ${promise} ${name}: ${examples.join('; ')}`,
      }));
  } finally {
    await Promise.all([db.$disconnect(), plain.$disconnect()]);
  }
}
