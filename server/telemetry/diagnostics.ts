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

function complain(level: Level, ...parts: unknown[]): void {
  const text = parts.map(toText).join(' ').replace(/\s+/g, ' ');
  const kind = level + text.replace(/\d+/g, '#');
  const now = Date.now();
  if (now - (lastReported.get(kind) ?? -Infinity) < REPEAT_AFTER_MS) return;
  if (lastReported.size >= MAX_DISTINCT) lastReported.clear();
  lastReported.set(kind, now);
  if (report) report(level, text);
  else early.push([level, text]);
}

const toText = (part: unknown) => (part instanceof Error ? part.message : String(part));

export function startDiagnostics(): void {
  const logLevel = diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL')) ?? DiagLogLevel.WARN;
  const logger = {
    error: (...parts: unknown[]) => complain('error', ...parts),
    warn: (...parts: unknown[]) => complain('warn', ...parts),
    info: (...parts: unknown[]) => complain('info', ...parts),
    debug: (...parts: unknown[]) => complain('debug', ...parts),
    verbose: (...parts: unknown[]) => complain('trace', ...parts),
  };
  diag.setLogger(logger, { logLevel, suppressOverrideMessage: true });
  // Without the stack: it shows OpenTelemetry's insides, and the collector is what is to be looked at.
  setGlobalErrorHandler((error) => complain('warn', 'Telemetry could not be sent:', error));
}

export function reportDiagnosticsTo(log: Log): void {
  report = (level, message) => log[level]({ component: 'opentelemetry' }, message);
  for (const [level, message] of early.splice(0)) report(level, message);
}
