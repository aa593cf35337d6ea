import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { startOwnPostgres } from '../harness/own-postgres.ts';
import { startPostgresLink } from '../harness/postgres-link.ts';
import { readMetric } from '../harness/read-metric.ts';
import { startReplica } from '../harness/replica.ts';
import { startProcess } from '../harness/server.ts';

test('key figures are read from a streaming replica, and from the primary while it is behind or away', async (t) => {
  const primary = await startOwnPostgres();
  t.after(() => primary.close());
  const { link } = await startPostgresLink(primary.url);
  t.after(() => link.close());
  const replica = await startReplica(primary, link.port);
  t.after(() => replica.close());
  const server = await startProcess(primary.url, {
    DATABASE_REPLICA_URL: replica.url,
    DATABASE_REPLICA_MAX_LAG_MS: '2000',
    LOG_LEVEL: 'fatal',
  });
  t.after(() => server.stop());
  const mona = await connect(t, server, { role: 'MANAGER' });
  const cleo = await connect(t, server);
  const waiting = async () => {
    const { kpiOverview } = await mona.post('{ kpiOverview { waitingConversations } }');
    return kpiOverview.waitingConversations as number;
  };
  const readFrom = (from: string) => readMetric(server, 'parley_long_reads_total', { from });
  /** Reads until one came from there: until then it may be either. */
  const isReadFrom = async (from: string) => {
    const before = await readFrom(from);
    await eventually(`key figures come from the ${from}`, async () => {
      await waiting();
      return (await readFrom(from)) > before;
    });
  };

  await isReadFrom('replica');
  await cleo.start();
  await eventually('the replica has it', async () => (await waiting()) === 1);
  const [state] = await execute(replica.url, 'SELECT pg_is_in_recovery() AS replica');
  assert.deepEqual(state, { replica: true });

  // All that goes there can be asked there.
  const range = 'from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"';
  await eventually('all of it comes from the replica', async () => {
    const before = await readFrom('primary');
    await mona.post(`{
      trafficByHour(${range}) { hour }
      kpiSeries(metrics: [MESSAGES, SENT_TO_STORED, PEAK_SOCKETS, CSAT], bucket: DAY, ${range}) { total { value } }
      satisfaction(filter: { ${range} }, bucket: DAY) {
        total { answers } byAgent { score { answers } } responses { asked } questions { answers }
      }
    }`);
    return (await readFrom('primary')) === before;
  });

  // It hears nothing more, and does not know: its connection is open.
  link.hold('back');
  await cleo.start();
  await eventually('the primary says what the replica does not', async () => (await waiting()) === 2);
  link.release();
  await isReadFrom('replica');
  assert.equal(await waiting(), 2);

  await replica.stop();
  await cleo.start();
  assert.equal(await waiting(), 3);
});
