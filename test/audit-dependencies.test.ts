import assert from 'node:assert/strict';
import { test } from 'node:test';
// @ts-expect-error plain JavaScript, for what runs before anything is installed
import { affectedPackages } from '../scripts/audit-dependencies.mjs';

const report = (...severities: string[]) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      severities.map((severity, n) => [`p${n}`, { name: `p${n}`, severity, range: '<1.2.3' }]),
    ),
  });

test('dependencies: only grave holes count, and a registry that does not answer is no hole', () => {
  assert.deepEqual(affectedPackages(report()), []);
  assert.deepEqual(affectedPackages(report('low', 'moderate')), []);
  assert.deepEqual(affectedPackages(report('high', 'low', 'critical')), ['p0 <1.2.3 (high)', 'p2 <1.2.3 (critical)']);
  for (const unknown of [
    '',
    'npm error audit endpoint returned an error',
    '{"message":"405","error":{}}',
    '{"error":{"code":"ENOAUDIT"}}',
  ])
    assert.equal(affectedPackages(unknown), undefined);
});
