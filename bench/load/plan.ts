import { randomBytes } from 'node:crypto';
import type { Job } from './job.ts';
import { parley, RECORDS_PROFILE, reference, type Target } from './targets.ts';
import { REPORTS_USAGE } from './usage.ts';

/** A row of the report: one server under one load. */
export type Row = {
  readonly target: Target;
  readonly pace: Job['pace'];
  readonly pairs: number;
  /** Messages that the database holds already. */
  readonly stored?: number;
};
export type Table = {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Row[];
};

const SOCKET = 'Parley, socket';
const WITHOUT_LIMITS = ['./bench/reference/without-limits.ts'];
const WITHOUT_KPIS = ['./bench/reference/without-kpis.ts'];
const UNOBSERVED = { CANARY: 'off', CONTINUOUS_AUDIT: 'off' };
const SEALED = { ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}` };
const STORED = 10_000_000;
const closed = (target: Target, inFlight: number): Row => ({
  target,
  pace: { type: 'closed', inFlight },
  pairs: Math.max(1, Math.min(64, inFlight)),
});
const open = (target: Target, perSecond: number): Row => ({ target, pace: { type: 'open', perSecond }, pairs: 64 });

/** What is profiled: the load that is compared with others. */
export const profiled = (otlpUrl: string): Row =>
  closed(parley(SOCKET, 'graphql-socket', { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl }, [RECORDS_PROFILE]), 64);

/** Who meets the crowds of the scenarios. */
export const underScenarios = (otlpUrl: string) => ({
  parley: parley(SOCKET, 'graphql-socket', { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl }, [REPORTS_USAGE]),
  bare: reference('sockets and nothing else', 'bare-sockets.ts', 'raw', [REPORTS_USAGE]),
});

/** Traces of every message, exported to a live receiver, as the targets are stated for. */
export function plan(otlpUrl: string): Table[] {
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl };
  const socket = parley(SOCKET, 'graphql-socket', traced);
  return [
    {
      name: 'servers',
      title: 'Beside others: 64 sends under way',
      about:
        'Durable messages (committed with fsync, with an outbox row) per second that reached an online recipient. Parley with authorisation, receipts, limits and every message traced to a live receiver; the others with none of these.',
      rows: [
        closed(socket, 64),
        closed(parley('Parley, HTTP', 'graphql-http', traced), 64),
        closed(reference('graphql-yoga, socket', 'yoga.mjs', 'graphql-socket'), 64),
        closed(reference('graphql-yoga, HTTP', 'yoga.mjs', 'graphql-http'), 64),
        closed(reference('Mercurius, socket', 'mercurius.mjs', 'graphql-socket'), 64),
        closed(reference('Mercurius, HTTP', 'mercurius.mjs', 'graphql-http'), 64),
        closed(reference('raw WebSocket, grouped writes', 'raw.ts', 'raw'), 64),
      ],
    },
    {
      name: 'in-flight',
      title: 'Parley by sends under way',
      about: 'A closed loop: a send begins when the one before it was acknowledged.',
      rows: [1, 8, 64, 256].map((inFlight) => closed(socket, inFlight)),
    },
    {
      name: 'rates',
      title: 'Parley at a fixed rate',
      about: 'An open loop: sends begin when they are due, whatever became of those before, and are timed from then.',
      rows: [50, 200, 400].map((perSecond) => open(socket, perSecond)),
    },
    {
      name: 'tracing',
      title: 'What tracing costs',
      about:
        '64 sends under way. Traces go to a live receiver, in one process that shares the cores. Target: at most 15 % fewer messages with every one of them traced.',
      rows: [
        closed(parley('no traces', 'graphql-socket'), 64),
        closed(
          parley('one message in ten', 'graphql-socket', {
            ...traced,
            OTEL_TRACES_SAMPLER: 'traceidratio',
            OTEL_TRACES_SAMPLER_ARG: '0.1',
          }),
          64,
        ),
        closed(parley('every message', 'graphql-socket', traced), 64),
      ],
    },
    {
      name: 'safety',
      title: 'What limits and encryption cost',
      about:
        '64 sends under way. Limits: of operations, rates, frames, and whether a session was ended. Sealed: with ENCRYPTION_KEYS.',
      rows: [
        closed(parley('without limits', 'graphql-socket', traced, WITHOUT_LIMITS), 64),
        closed(parley('with limits', 'graphql-socket', traced), 64),
        closed(parley('with limits, sealed', 'graphql-socket', { ...traced, ...SEALED }), 64),
      ],
    },
    {
      name: 'kpis',
      title: 'What key figures cost',
      about:
        '64 sends under way. Measured: every latency, outcome and delivery, stored and added up, with the canary and the continuous audit. Target: at most 3 % fewer messages than without any of it.',
      rows: [
        closed(parley('nothing measured', 'graphql-socket', { ...traced, ...UNOBSERVED }, WITHOUT_KPIS), 64),
        closed(parley('key figures', 'graphql-socket', { ...traced, ...UNOBSERVED }), 64),
        closed(parley('key figures, canary and audit', 'graphql-socket', traced), 64),
      ],
    },
    {
      name: 'growing',
      title: 'What is stored already',
      about:
        '64 sends under way. Stored: conversations of a hundred messages over two years. Target: within 10 % of an empty database.',
      rows: [
        closed(parley('an empty database', 'graphql-socket', traced), 64),
        {
          ...closed(parley(`${STORED.toLocaleString('en')} messages`, 'graphql-socket', traced), 64),
          stored: STORED,
        },
      ],
    },
  ];
}
