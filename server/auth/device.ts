import type { IncomingHttpHeaders } from 'node:http';

/** What a login comes from, as far as the client tells. */
export type Device = {
  readonly description: string | null;
  readonly platform: string | null;
  /** BCP 47. */
  readonly locale: string | null;
  /** IANA. */
  readonly timeZone: string | null;
  /** Country or region, from a proxy that is trusted to tell. */
  readonly location: string | null;
};

const MAX_TEXT = 200;
/** As BCP 47 writes tags; "*" and what is too long to be one are none. */
const LOCALE = /^[a-z]{2,8}(-[a-z0-9]{1,8}){0,4}$/i;

const platforms: [name: string, pattern: RegExp][] = [
  ['iOS', /iPhone|iPad|iPod/],
  ['Android', /Android/],
  ['ChromeOS', /CrOS/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['Linux', /Linux/],
  ['Node.js', /^node/i],
];

/**
 * From what browsers send anyway; a client may describe itself better in its connection's parameters. `locationHeader` is
 * believed as it is: naming it says that a proxy in front sets it, or takes it away (LOCATION_HEADER).
 */
export function deviceOf(headers: IncomingHttpHeaders, described?: unknown, locationHeader?: string): Device {
  const own = typeof described === 'object' && described !== null ? (described as Record<string, unknown>) : {};
  const agent = headers['user-agent'] ?? '';
  const hint = headers['sec-ch-ua-platform'];
  const guessed = platforms.find(([, pattern]) => pattern.test(agent))?.[0];
  return {
    description: clean(own.description) ?? clean(agent),
    platform:
      clean(own.platform) ?? (typeof hint === 'string' ? clean(hint.replaceAll('"', '')) : null) ?? guessed ?? null,
    locale: localeOf(own.locale) ?? localeOf(headers['accept-language']?.split(/[,;]/)[0]),
    timeZone: timeZoneOf(own.timeZone),
    location: locationHeader === undefined ? null : clean([headers[locationHeader]].flat()[0]),
  };
}

const localeOf = (value: unknown): string | null =>
  typeof value === 'string' && LOCALE.test(value.trim()) ? value.trim() : null;

function timeZoneOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return null; // no time zone of this name
  }
}

const clean = (value: unknown): string | null =>
  typeof value === 'string' && value !== ''
    ? value.toWellFormed().replaceAll('\0', '').slice(0, MAX_TEXT).toWellFormed()
    : null;
