import { makeDashboard } from './dashboard.ts';
import { lines, number, of, rate } from './panels.ts';

const operations = 'parley_operations_total';
const durations = 'parley_operation_duration_seconds_bucket';

export const service = makeDashboard({
  name: 'service',
  title: 'Service',
  about: 'Rate, errors and duration of every operation, sockets, limits, and the state of the processes.',
  rows: {
    'Operations: rate, errors, duration': [
      lines({
        title: 'Operations',
        about: 'By what they ask the schema for. Subscriptions count once, when they are set up.',
        unit: 'ops',
        width: 8,
        queries: { '{{type}} {{field}}': `sum by (type, field) (${rate(operations)})` },
      }),
      lines({
        title: 'Operations that did not succeed',
        about:
          '“failed” is ours (UNAVAILABLE, INTERNAL_SERVER_ERROR), “refused” the caller’s (not found, bad input, limits).',
        unit: 'ops',
        width: 8,
        queries: { '{{outcome}} {{field}}': `sum by (outcome, field) (${rate(operations, 'outcome!="ok"')})` },
      }),
      lines({
        title: 'Duration, p99',
        about: 'By what they ask the schema for.',
        unit: 's',
        width: 8,
        queries: {
          '{{type}} {{field}}': `histogram_quantile(0.99, sum by (le, type, field) (${rate(durations)}))`,
        },
      }),
    ],
    'Sockets and limits': [
      lines({
        title: 'Open sockets',
        about: 'Authenticated, by process.',
        unit: 'short',
        queries: { '{{instance}}': of('parley_sockets') },
        stacked: true,
      }),
      lines({
        title: 'Refused because of a limit',
        about:
          'By limit. One client in a loop, or a limit that is too low: see RATE_LIMIT_SCALE and the limits in the README.',
        unit: 'ops',
        queries: { '{{limit}}': `sum by (limit) (${rate('parley_limited_total')})` },
      }),
    ],
    Canary: [
      lines({
        title: 'Runs of the canary',
        about:
          'A message sent, received and acknowledged over the public API, by one process at a time. “failed” is downtime.',
        unit: 'ops',
        queries: { '{{outcome}}': `sum by (outcome) (${rate('parley_canary_runs_total')})` },
      }),
      lines({
        title: 'Duration of a run, p50 and p95',
        about: 'Of all of it: two sockets, a conversation, a message there and its receipt back.',
        unit: 's',
        queries: {
          p50: `histogram_quantile(0.5, sum by (le) (${rate('parley_canary_duration_seconds_bucket', 'outcome="ok"')}))`,
          p95: `histogram_quantile(0.95, sum by (le) (${rate('parley_canary_duration_seconds_bucket', 'outcome="ok"')}))`,
        },
      }),
    ],
    'Continuous audit': [
      lines({
        title: 'Conversations looked at by the continuous audit',
        about:
          'By one process at a time, all of them again and again. “failed” is a broken promise: run npm run audit.',
        unit: 'ops',
        queries: { '{{outcome}}': `sum by (outcome) (${rate('parley_audited_conversations_total')})` },
      }),
    ],
    Processes: [
      number({
        title: 'Processes up',
        about: 'That Prometheus can scrape.',
        unit: 'short',
        expr: 'count(up{job=~"$job", instance=~"$instance"} == 1)',
        steps: [['red'], ['green', 1]],
      }),
      number({
        title: 'Busiest event loop',
        about: 'Share of time that Node’s one thread was working. Above 80 % latency grows quickly: add a process.',
        unit: 'percentunit',
        expr: `max(${of('nodejs_eventloop_utilization')})`,
        steps: [['green'], ['orange', 0.7], ['red', 0.9]],
      }),
      number({
        title: 'CPU',
        about: 'Cores used by all processes together.',
        unit: 'short',
        expr: `sum(${rate('process_cpu_seconds_total')})`,
        decimals: 2,
      }),
      number({
        title: 'Memory',
        about: 'Resident, of all processes together.',
        unit: 'bytes',
        expr: `sum(${of('process_resident_memory_bytes')})`,
      }),
      lines({
        title: 'Event loop lag',
        about: 'How late timers ran between two scrapes. The 100 ms target is lost here first.',
        unit: 's',
        width: 8,
        queries: {
          'p99 {{instance}}': of('nodejs_eventloop_lag_p99_seconds'),
          'max {{instance}}': of('nodejs_eventloop_lag_max_seconds'),
        },
        target: 0.1,
      }),
      lines({
        title: 'Event loop utilization',
        about: 'By process.',
        unit: 'percentunit',
        width: 8,
        queries: { '{{instance}}': of('nodejs_eventloop_utilization') },
        max: 1,
      }),
      lines({
        title: 'Memory by process',
        about: 'Resident and heap. A heap that only grows over days is a leak.',
        unit: 'bytes',
        width: 8,
        queries: {
          'resident {{instance}}': of('process_resident_memory_bytes'),
          'heap {{instance}}': of('nodejs_heap_size_used_bytes'),
        },
      }),
    ],
  },
});
