import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { dashboards, toJson } from '../../grafana/build/all.ts';
import { panelsOf } from './panels-of.ts';

const folder = new URL('../../grafana/dashboards/', import.meta.url);

/** What Grafana's dashboard-linter asks for, and a little more. */
describe('Grafana’s dashboards', () => {
  test('are what `npm run grafana` writes', async () => {
    assert.deepEqual((await readdir(folder)).sort(), dashboards.map(({ name }) => `${name}.json`).sort());
    for (const { name, dashboard } of dashboards)
      assert.equal(await readFile(new URL(`${name}.json`, folder), 'utf8'), toJson(dashboard), `${name}: run it again`);
  });

  test('have names and ids of their own', () => {
    for (const key of ['uid', 'title'] as const)
      assert.equal(new Set(dashboards.map(({ dashboard }) => dashboard[key])).size, dashboards.length, key);
  });

  for (const { name, dashboard } of dashboards) {
    test(`${name}: data source, job and instance can be chosen, and all queries obey`, () => {
      const variables = new Map(dashboard.templating?.list?.map((variable) => [variable.name, variable]));
      assert.deepEqual([...variables.keys()], ['datasource', 'job', 'instance']);
      assert.equal(variables.get('datasource')?.query, 'prometheus');
      for (const chooser of ['job', 'instance']) {
        assert.equal(variables.get(chooser)?.multi, true);
        assert.equal(variables.get(chooser)?.includeAll, true);
        assert.equal(variables.get(chooser)?.datasource?.uid, '$datasource');
      }
      for (const { title, datasource, targets } of panelsOf(dashboard)) {
        assert.equal(datasource?.uid, '$datasource', title);
        for (const { expr, datasource } of targets) {
          assert.equal(datasource.uid, '$datasource', title);
          // Recorded ratios are of all of Parley.
          for (const [selector] of expr.replaceAll(/parley:[\w:]+\{[^}]*\}/g, '').matchAll(/\{[^}]*\}/g))
            assert.match(selector, /job=~"\$job", instance=~"\$instance"/, `${title}: ${expr}`);
        }
      }
    });

    test(`${name}: every panel has a title of its own, a description, a unit, queries with legends`, () => {
      const panels = panelsOf(dashboard);
      assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
      for (const { title, description, unit, targets } of panels) {
        assert.ok(title && description?.endsWith('.'), title);
        assert.ok(unit, `${title}: unit`);
        assert.ok(targets.length > 0, title);
        assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, `${title}: refIds`);
        for (const { expr, legendFormat } of targets) assert.ok(expr && legendFormat, title);
      }
    });

    test(`${name}: counters are rated, over an interval that fits the zoom`, () => {
      for (const { title, targets } of panelsOf(dashboard)) {
        for (const { expr } of targets) {
          for (const [counter] of expr.matchAll(/\w+_(total|bucket|sum|count)\{/g)) {
            const before = expr.slice(0, expr.indexOf(counter));
            assert.match(before, /(rate|increase)\([^)]*$/, `${title}: ${counter} without rate`);
          }
          for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g))
            assert.equal(window, '$__rate_interval', title);
        }
      }
    });
  }
});
