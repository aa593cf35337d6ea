import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

/**
 * One JSON object per line on stdout, with the active span's ids; in a terminal the same, readable. Nothing that people
 * wrote or are called, and no token, may be logged: pass ids.
 */
export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'flush'>;

export function createLog(config: Pick<Config, 'LOG_LEVEL'>): Log {
  return pino(
    {
      level: config.LOG_LEVEL,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      mixin: idsOfActiveSpan,
      serializers: { err: describeError, error: describeError },
    },
    destination,
  );
}

// In this process, not in pino's worker thread: a crash must not swallow the lines that explain it.
const destination = process.stdout.isTTY
  ? (await import('pino-pretty')).default({
      sync: true,
      ignore: 'pid,hostname,trace_id,span_id',
      translateTime: 'SYS:HH:MM:ss.l',
    })
  : pino.destination({ fd: 1, sync: true });

function idsOfActiveSpan(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** PostgreSQL quotes the row that broke a constraint, with all that people wrote in it. */
const QUOTED_ROW = /(Failing row contains|Key) \(.*/s;

/** What went wrong and where, without an error's other properties: drivers put statements and values there. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : { type: typeof error };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message.replace(QUOTED_ROW, '$1 (…)'),
    stack: error.stack?.match(/^ {4}at .*$/gm)?.join('\n'),
    ...(error.cause !== undefined && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}
