import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { alertCases } from './alert-cases.ts';

const run = promisify(execFile);
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const RULES = file('grafana/prometheus/rules.yml');
const ALERTS = file('grafana/prometheus/alerts.yml');

type Alert = { alert: string; expr: string; labels: { severity: string }; annotations: Record<string, string> };
const alerts: Alert[] = parse(await readFile(ALERTS, 'utf8')).groups.flatMap(({ rules }: any) => rules);

describe('alerts', () => {
  test('Prometheus accepts the rules, and the configuration that loads them', async () => {
    await run('promtool', ['check', 'rules', RULES, ALERTS]);
    await run('promtool', ['check', 'config', file('grafana/prometheus/prometheus.yml')]);
  });

  test('each fires when it should and stays quiet when it should not', async (t) => {
    assert.deepEqual(Object.keys(alertCases).sort(), alerts.map(({ alert }) => alert).sort());
    const folder = await mkdtemp(join(tmpdir(), 'parley-alerts-'));
    t.after(() => rm(folder, { recursive: true }));
    const paths = await Promise.all(alerts.map((alert) => writeRuleTest(folder, alert)));
    await run('promtool', ['test', 'rules', ...paths]).catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
  });

  test('each has a severity, says what is wrong, and has an entry in the runbook', async () => {
    const headings = [...(await readFile(file('docs/runbook.md'), 'utf8')).matchAll(/^#+ (.+)$/gm)].map(([, h]) => h);
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels.severity, /^(page|ticket)$/, alert);
      assert.ok(annotations.summary && annotations.description, alert);
      assert.equal(annotations.runbook, `docs/runbook.md#${alert.toLowerCase()}`);
      assert.ok(headings.includes(alert), `docs/runbook.md has no heading ${alert}`);
    }
  });
});

/** A file of promtool's for one alert, beside nothing but what it reads: all rules at every minute of a week take long. */
async function writeRuleTest(folder: string, alert: Alert): Promise<string> {
  const { fires, staysQuiet, interval = '1m' } = alertCases[alert.alert]!;
  const rules = join(folder, `${alert.alert}.yml`);
  await writeFile(rules, JSON.stringify({ groups: [{ name: 'one', rules: [alert] }] }));
  const toTest = (firing: boolean) => (situation: (typeof fires)[number], i: number) => ({
    name: `${alert.alert} ${firing ? 'fires' : 'stays quiet'} ${i}`,
    interval,
    input_series: Object.entries(situation.series).map(([series, values]) => ({ series, values })),
    promql_expr_test: [
      {
        // Not the alerts themselves: their labels and texts would have to be repeated here.
        expr: `count(ALERTS{alertname="${alert.alert}", alertstate="firing"} == 1)`,
        eval_time: `${situation.atMinute}m`,
        exp_samples: firing ? [{ labels: '{}', value: 1 }] : [],
      },
    ],
  });
  const path = join(folder, `${alert.alert}.test.yml`);
  await writeFile(
    path,
    JSON.stringify({
      rule_files: alert.expr.includes('parley:') ? [RULES, rules] : [rules],
      evaluation_interval: interval,
      tests: [...fires.map(toTest(true)), ...staysQuiet.map(toTest(false))],
    }),
  );
  return path;
}
