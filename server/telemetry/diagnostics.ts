import { DiagLogLevel, diag } from '@opentelemetry/api';
import { diagLogLevelFromString, getStringFromEnv, setGlobalErrorHandler } from '@opentelemetry/core';
import type { Log } from './log.ts';

/**
 * OpenTelemetry's own complaints as log lines. What comes before the log exists is kept for it. A dead collector makes the
 * same complaint with every batch, so each is reported once a minute.
 */
const REPEAT_AFTER_MS = 60_000;
/** More different complaints than this within a minute are noise. */
const MAX_DISTINCT = 100;

type Level = 'error' | 'warn' | 'info' | 'debug' | 'trace';

let report: ((level: Level, message: string) => void) | undefined;
const early: [Level, string][] = [];
const lastReported = new Map<string, number>();

function complain(level: Level, message: unknown): void {
  const text = String(message);
  const kind = level + text.replace(/\d+/g, '#');
  const now = Date.now();
  if (now - (lastReported.get(kind) ?? -Infinity) < REPEAT_AFTER_MS) return;
  if (lastReported.size >= MAX_DISTINCT) lastReported.clear();
  lastReported.set(kind, now);
  if (report) report(level, text);
  else early.push([level, text]);
}

export function startDiagnostics(): void {
  const logLevel = diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL')) ?? DiagLogLevel.WARN;
  const logger = {
    error: (message: string) => complain('error', message),
    warn: (message: string) => complain('warn', message),
    info: (message: string) => complain('info', message),
    debug: (message: string) => complain('debug', message),
    verbose: (message: string) => complain('trace', message),
  };
  diag.setLogger(logger, { logLevel, suppressOverrideMessage: true });
  // Without the stack: it shows OpenTelemetry's insides, and the collector is what is to be looked at.
  setGlobalErrorHandler((error) =>
    complain('warn', `Telemetry could not be sent: ${error instanceof Error ? error.message : 'unknown error'}`),
  );
}

export function reportDiagnosticsTo(log: Log): void {
  report = (level, message) => log[level]({ component: 'opentelemetry' }, message);
  for (const [level, message] of early.splice(0)) report(level, message);
}
