import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExemplars } from './exemplars.ts';
import { toOpenMetrics } from './openmetrics.ts';

const SAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const text = `# HELP sends_total Send attempts
# TYPE sends_total counter
sends_total{outcome="stored"} 3
# HELP leg_seconds A leg
# UNIT leg_seconds s
# TYPE leg_seconds histogram
leg_seconds_count 2
leg_seconds_bucket{le="0.1"} 1
leg_seconds_bucket{le="+Inf"} 2
`;

test('describes counters without _total, spells units out, marks the end', () => {
  assert.deepEqual(toOpenMetrics(text).split('\n'), [
    '# HELP sends Send attempts',
    '# TYPE sends counter',
    'sends_total{outcome="stored"} 3',
    '# HELP leg_seconds A leg',
    '# UNIT leg_seconds seconds',
    '# TYPE leg_seconds histogram',
    'leg_seconds_count 2',
    'leg_seconds_bucket{le="0.1"} 1',
    'leg_seconds_bucket{le="+Inf"} 2',
    '# EOF',
    '',
  ]);
});

test('a bucket names the last recorded trace that fell into it', () => {
  const leg = createExemplars('leg_seconds', [0.1]);
  leg.keep(0.05, SAMPLED);
  leg.keep(0.07, SAMPLED);
  leg.keep(0.08, SAMPLED.replace(/01$/, '00')); // not recorded: nothing to link to
  leg.keep(7, null);
  const lines = toOpenMetrics(text).split('\n');
  assert.match(
    lines[7]!,
    /^leg_seconds_bucket\{le="0\.1"\} 1 # \{trace_id="0af7651916cd43dd8448eb211c80319c"\} 0\.07 \d+\.?\d*$/,
  );
  assert.equal(lines[8], 'leg_seconds_bucket{le="+Inf"} 2');
});
