import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import {
  cycles,
  goesDown,
  knowsOnlyTheClient,
  onlyTheSchemaKnowsResolvers,
  standsAlone,
  staysInItsFeature,
  unusedExceptions,
  violations,
} from './architecture/import-rules.ts';
import { type Import, importsOf, isTest, readImports, readSource, sourceFiles } from './architecture/read-imports.ts';

const files = sourceFiles();
const shipped = files.filter((file) => !isTest(file));
const imports = readImports();
const shippedImports = imports.filter(({ from }) => !isTest(from));

const rules = { goesDown, staysInItsFeature, onlyTheSchemaKnowsResolvers, knowsOnlyTheClient, standsAlone };
/** One wrong import for each rule: its check can fail. */
const wrong: Record<keyof typeof rules, [from: string, to: string]> = {
  goesDown: ['server/messages/message-queries.ts', 'server/messages/send-message.ts'],
  staysInItsFeature: ['server/surveys/submit-survey.ts', 'server/messages/send-message.ts'],
  onlyTheSchemaKnowsResolvers: ['server/graphql/socket.ts', 'server/messages/resolvers.ts'],
  knowsOnlyTheClient: ['dashboard/pages/index.tsx', 'server/config.ts'],
  standsAlone: ['server/app.ts', 'client/index.ts'],
};

describe('imports run one way', () => {
  test('there are some to look at', () => assert.ok(files.length > 200 && shippedImports.length > 400));
  for (const [name, rule] of Object.entries(rules)) {
    test(name, () => {
      const [from, to] = wrong[name as keyof typeof rules];
      assert.equal(violations([{ from, to, typeOnly: false }], rule).length, 1);
      assert.deepEqual(violations(shippedImports, rule), []);
    });
  }

  test('every exception is still needed', () => assert.deepEqual(unusedExceptions(imports), []));

  test('without a cycle', () => {
    const ring: Import[] = [
      { from: 'a', to: 'b', typeOnly: false },
      { from: 'b', to: 'c', typeOnly: true },
      { from: 'c', to: 'b', typeOnly: false },
    ];
    assert.deepEqual(cycles(ring), ['b → c → b']);
    assert.deepEqual(cycles(imports), []);
  });

  test('however they are written', () => {
    const source = `import a, { type B } from './a.ts';
import type { C } from '../c.ts';
import { type D, type E } from './d.ts';
import {
  type F,
  g,
} from './f.ts';
export { h } from './h.ts';
export * from './i.ts';
import './j.ts';
import { k } from 'elsewhere';
const l = await import('./l.ts');`;
    const found = importsOf('x/y/z.ts', source).map(({ to, typeOnly }) => (typeOnly ? `type ${to}` : to));
    assert.deepEqual(found, [
      'x/y/a.ts',
      'type x/c.ts',
      'type x/y/d.ts',
      'x/y/f.ts',
      'x/y/h.ts',
      'x/y/i.ts',
      'x/y/j.ts',
      'x/y/l.ts',
    ]);
  });
});

describe('one place for each thing', () => {
  const among = (folders: string[], pattern: RegExp) =>
    shipped.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)) && pattern.test(readSource(file)));

  test('only config.ts reads process.env; OpenTelemetry’s own variables are read by its own functions', () => {
    assert.deepEqual(among(['server', 'client', 'dashboard'], /process\.env/), ['server/config.ts']);
    for (const file of among(['server'], /FromEnv\(/)) assert.match(file, /^server\/telemetry\//);
  });

  test('metrics are named in one file; Node’s own in another', () => {
    const elsewhere = among(['server'], /['"`](parley_(?!session|sign_in)|nodejs_|process_)[a-z]/);
    assert.deepEqual(elsewhere.sort(), ['server/telemetry/metrics.ts', 'server/telemetry/runtime-metrics.ts']);
  });

  test('raw SQL opens with its name, which is its own, and is never put together from strings', () => {
    const names: string[] = [];
    for (const file of among(['server', 'prisma'], /\$(query|execute)Raw/)) {
      const source = readSource(file);
      assert.doesNotMatch(source, /RawUnsafe/, file);
      for (const [call, , , opening] of source.matchAll(/\$(query|execute)Raw(<[^`]*>)?`(.{0,60})/g)) {
        const name = /^\/\* (\w+)(: [\w ]+)? \*\//.exec(opening!)?.[1];
        assert.ok(name, `${file}: ${call}`);
        names.push(name);
      }
    }
    assert.ok(names.length > 20);
    assert.equal(new Set(names).size, names.length, 'a prepared statement’s name stands for one statement');
  });

  test('raw SQL stands in *-queries.ts', () => {
    const elsewhere = among(['server'], /\$(query|execute)Raw/).filter((file) => !file.endsWith('-queries.ts'));
    const stated: Record<string, string> = {
      'server/outbox/append-event.ts': 'a step of the path of a message, whose statements are the step',
    };
    // Each check of the audit is its statement.
    assert.deepEqual(
      elsewhere.filter((file) => !file.startsWith('server/audit/')),
      Object.keys(stated),
    );
  });

  test('whoever reads messages or surveys opens what may be sealed', () => {
    const reading = among(['server'], /\.(message|survey)\.find\w+\(|survey: \{ select:/);
    const unopened = reading.filter((file) => !/openMessages|openSurveys|openAll/.test(readSource(file)));
    const stated: Record<string, string> = { 'server/messages/limit-sends.ts': 'asks for no body' };
    assert.deepEqual(
      unopened.filter((file) => !(file in stated)),
      [],
    );
    assert.ok(reading.length > 5);
  });

  test('nothing is a helper, a manager or a service', () => {
    const vague =
      /^(utils?|helpers?|common|shared|misc|manager|service|controller)\b|-(utils?|helpers?|manager|service|controller)\b/;
    assert.deepEqual(
      files.filter((file) => file.split('/').some((part) => vague.test(basename(part, '.ts')))),
      [],
    );
  });

  test('no file is longer than 300 lines', () => {
    const long = files
      .map((file) => [file, readSource(file).split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 300);
    assert.deepEqual(long, []);
  });
});
