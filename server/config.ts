import { z } from 'zod';
import { databaseFields, whyDatabaseCannotBe } from './config-database.ts';
import { count, MAX_MS, ms, oneOf, onOff, port, redisUrl, url, whole } from './config-kinds.ts';
import { limitFields } from './config-limits.ts';
import { observationFields } from './config-observation.ts';
import { privacyFields } from './config-privacy.ts';
import { retentionFields } from './config-retention.ts';
import { signInFields, whySignInCannotBe } from './config-sign-in.ts';
import { surveyProviderFields, whySurveyProviderCannotBe } from './config-survey-providers.ts';
import { surveyFields } from './config-surveys.ts';

/**
 * Everything that can be set, read from the environment once. This is the only file that looks at process.env.
 * Each field says what it means, its unit, its default and why that number; README's table is checked against it.
 */

const fields = {
  PORT: port.default(4000).describe('Port of API and dashboard. 0 takes a free one.'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on. `0.0.0.0` opens it to other machines.'),
  ...databaseFields,
  REDIS_URL: redisUrl
    .optional()
    .describe(
      'Redis that carries events between processes: `redis://host`, `redis+sentinel://host,host/name` or `redis+cluster://host,host` ([docs/scale.md](docs/scale.md#redis-of-several-servers)). Without it, one process serves everything in memory.',
    ),
  DATA_DIR: z.string().min(1).default('.data').describe('Folder of the embedded PostgreSQL.'),
  AUTH_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters (HS256 needs a 256-bit key)')
    .optional()
    .describe(
      'Secret of HS256 tokens, yours and Parley’s own; at least 32 characters. Without it a key is made at the first start and kept in the database.',
    ),
  AUTH_SECRET_PREVIOUS: z
    .string()
    .min(32, 'must have at least 32 characters (HS256 needs a 256-bit key)')
    .optional()
    .describe(
      'The secret that `AUTH_SECRET` has replaced: its tokens are accepted too, but no new ones are signed with it. Leave it out when the last of them has expired.',
    ),
  AUTH_ISSUER: z
    .string()
    .min(1)
    .optional()
    .describe('What `iss` must be in your application’s tokens. Without it `iss` is not looked at.'),
  AUTH_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .describe('What `aud` must be, or contain, in your application’s tokens. Without it `aud` is not looked at.'),
  AUTH_JWKS_URL: url('https', 'http')
    .optional()
    .describe('JWKS of your identity provider; its EdDSA, ES256 and RS256 tokens are accepted besides Parley’s own.'),
  ...signInFields,
  METRICS_PORT: port.default(9464).describe('Port of the Prometheus metrics, at `/metrics`. 0 takes a free one.'),
  NODE_ENV: oneOf('development', 'production', 'test')
    .default('development')
    .describe('`production`: no introspection, no suggestions in errors, no GraphiQL, and no secret is made up.'),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')
    .default('info')
    .describe('Least severe log line that is written.'),
  JAEGER_URL: url('https', 'http').optional().describe('Base URL of Jaeger’s UI, for links to traces.'),
  PUBLIC_URL: url('https', 'http')
    .optional()
    .describe('Where browsers reach this server, for the links it prints. Default: `http://HOST:PORT`.'),
  RATE_LIMIT_SCALE: z.coerce
    .number({ error: 'must be a number above 0' })
    .positive({ error: 'must be a number above 0' })
    .default(1)
    .describe('Multiplies every rate, socket and subscription limit; for load tests.'),

  TRUST_PROXY: z
    .string()
    .regex(/^(\d{1,2}|[\da-fA-F.:/]+(,[\da-fA-F.:/]+)*)$/, 'must be the number of proxies in front, or their addresses')
    .optional()
    .describe(
      'Proxies whose `X-Forwarded-For` is believed: how many there are in front, or their addresses and networks, comma-separated. Without it the address of the connection counts.',
    ),
  LOCATION_HEADER: z
    .string()
    .regex(/^[a-z0-9-]+$/i, 'must be the name of a header')
    .transform((name) => name.toLowerCase())
    .optional()
    .describe(
      'Header in which the proxy in front tells a client’s country or region, such as `cf-ipcountry`; noted with sessions. Only where that proxy always sets or removes it: it is believed.',
    ),
  ALLOWED_ORIGINS: z
    .string()
    .regex(
      /^https?:\/\/[^/\s,]+(,https?:\/\/[^/\s,]+)*$/,
      'must be origins such as https://shop.example, comma-separated',
    )
    .transform((list) => list.split(','))
    .optional()
    .describe(
      'Origins of the pages, besides this server’s own, that may open sockets and call `/graphql` from a browser, comma-separated: `https://shop.example,https://help.example`.',
    ),
  TRUSTED_DOCUMENTS: z
    .string()
    .min(1)
    .optional()
    .describe('File with the only documents that are run, as `npm run documents` writes it. Without it, any.'),
  TLS_CERT: z
    .string()
    .min(1)
    .optional()
    .describe('File with the certificate chain (PEM), to serve HTTPS without a proxy. With `TLS_KEY`.'),
  TLS_KEY: z.string().min(1).optional().describe('File with its private key (PEM).'),

  SEND_GROUP_MAX: count(128).describe(
    'Most messages in one statement. Larger groups no longer gain and hold their locks longer.',
  ),
  SEND_GROUPS_IN_FLIGHT: count(2).describe(
    'Send statements running at once per process: one commits while the next is filled.',
  ),
  GROUP_LOCK_WAIT_MS: whole(1, MAX_MS, 'must be a whole number of milliseconds, 1 or more')
    .default(200)
    .describe(
      'How long a group of messages or receipts waits for a lock before it goes without what is locked, in ms: a hundred times what a commit holds one.',
    ),
  SEND_QUEUE_MAX: count(10_000).describe(
    'Messages waiting for a statement before `UNAVAILABLE`: about a second of work.',
  ),

  OUTBOX_SWEEP: onOff
    .default(true)
    .describe(
      '`off`: this process does not look for outbox rows that others left behind. Where relays do (`npm run relay`), and for tests.',
    ),
  OUTBOX_SWEEP_INTERVAL_MS: ms(1_000).describe(
    'How often it looks, in ms. Rows are left alone for their first second.',
  ),
  OUTBOX_BATCH: count(500).describe('Most outbox rows claimed or deleted by one statement.'),
  OUTBOX_LEASE_MS: ms(3_000).describe(
    'How long a claim holds, in ms. A dead relay’s rows are taken over when it has ended and the next sweep comes: with these defaults within 5 s.',
  ),
  OUTBOX_MAX_ATTEMPTS: count(10).describe('Publishes tried before a row becomes a dead letter.'),
  OUTBOX_BACKOFF_BASE_MS: ms(250).describe(
    'First back-off after a failed publish, in ms; doubles each time, with full jitter.',
  ),
  OUTBOX_BACKOFF_MAX_MS: ms(60_000).describe('Longest back-off, in ms.'),
  BUS: onOff
    .default(true)
    .describe('`off`: nothing is published live; everything arrives by the head sweep. For tests and diagnosis.'),

  HEAD_SWEEP: onOff.default(true).describe('`off`: followers do not compare themselves with the database. For tests.'),
  HEAD_SWEEP_INTERVAL_MS: ms(1_000).describe(
    'How often followers compare heads, receipts and presence with the database, in ms.',
  ),
  HOLE_WAIT_MS: ms(50).describe(
    'How long a follower waits for a missing event before it reads the database, in ms: the bus may reorder.',
  ),
  FOLLOW_PAGE: count(100).describe('Durable events read at once for a backlog.'),
  FOLLOW_BUFFER_MAX: count(500).describe(
    'Updates buffered per subscriber; past it the buffer is dropped and the database serves (D6).',
  ),
  INBOX_CLOSED_LINGER_MS: ms(60_000).describe(
    'How long an inbox follows a closed conversation after its last event, in ms: the last receipts still come. An agent closes hundreds a day.',
  ),
  TYPING_TTL_MS: ms(6_000).describe('How long “is typing” lasts without being renewed, in ms.'),
  RECEIPT_COALESCE_MS: ms(250).describe(
    'Receipts of one participant in one conversation are broadcast at most this often, in ms.',
  ),
  PRESENCE_TTL_MS: ms(45_000).describe('How long a dead process’s participants still count as online, in ms.'),
  PRESENCE_GRACE_MS: ms(2_000).describe(
    'How long a participant without a socket still counts as online, in ms: a reconnect is no absence.',
  ),

  ACCESS_SWEEP: onOff
    .default(true)
    .describe('`off`: this process learns only by the bus that somebody’s access has ended. For tests.'),
  ACCESS_SWEEP_INTERVAL_MS: ms(500).describe(
    'How often it looks whose access has changed, in ms: revoked is refused within a second, also without Redis.',
  ),

  ...retentionFields,
  AUDIT_READING_INTERVAL_MS: ms(3_600_000).describe(
    'How often the same reader of the same conversation is noted again, in ms: a screen that refreshes is one look.',
  ),

  ...privacyFields,
  ...surveyFields,
  ...surveyProviderFields,
  ...observationFields,

  SOCKET_INIT_TIMEOUT_MS: ms(3_000).describe('How long a socket may stay open without `connection_init`, in ms.'),
  SOCKET_KEEP_ALIVE_MS: ms(12_000).describe(
    'Ping interval in ms; a socket that does not answer by the next is closed.',
  ),
  SOCKET_WRITE_TIMEOUT_MS: count(30_000).describe(
    'How long a reader may take nothing of what waits for it before its socket is closed, in ms: a phone in a tunnel is back by then, and what it costs meanwhile is bounded.',
  ),
  SOCKET_MAX_PAYLOAD_BYTES: count(262_144).describe(
    'Largest frame, in bytes: 8,000 escaped astral characters are 96 KB.',
  ),
  HTTP_MAX_BODY_BYTES: count(262_144).describe('Largest request body, in bytes.'),
  HTTP_REQUEST_TIMEOUT_MS: ms(30_000).describe(
    'Longest a request may take to arrive, headers and body, in ms: a mobile upload of the largest body takes a tenth.',
  ),

  ...limitFields,
  DRAIN_DELAY_MS: ms(0).describe(
    'How long a graceful stop stays reachable, but not ready, before it sends clients away, in ms: the time a load balancer needs to notice.',
  ),
  DRAIN_RECONNECT_SPREAD_MS: ms(5_000).describe(
    'Clients are told to come back at random moments within this time, in ms: 1,000 then return at 200 a second, a fraction of what a core can take.',
  ),
  DRAIN_TIMEOUT_MS: ms(10_000).describe('Longest a graceful stop may take after that, in ms.'),
} as const;

const schema = z.object(fields);
export type Config = Readonly<z.output<typeof schema>>;

/** A setting that cannot be used; its message is the whole explanation an operator needs. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Of a process that serves people. */
export function loadConfig(env: Env = process.env): Config {
  const config = readConfig(env);
  if (config.NODE_ENV === 'production' && !config.AUTH_SECRET && !config.AUTH_JWKS_URL) {
    throw new ConfigError(
      'NODE_ENV=production needs AUTH_SECRET (at least 32 characters) or AUTH_JWKS_URL: no secret is made up in production.',
    );
  }
  if (config.AUTH_SECRET_PREVIOUS && !config.AUTH_SECRET)
    throw new ConfigError('AUTH_SECRET_PREVIOUS is given without AUTH_SECRET. Give both, or leave it out.');
  const problem = whySignInCannotBe(config) ?? whySurveyProviderCannotBe(config);
  if (problem) throw new ConfigError(problem);
  return config;
}

export type RelayConfig = Config & { readonly DATABASE_URL: string; readonly REDIS_URL: string };

/** Of a relay, which lets nobody in, and so needs no secret; but it is nothing without a database and a bus to share. */
export function loadRelayConfig(env: Env = process.env): RelayConfig {
  const config = readConfig(env);
  const { DATABASE_URL, REDIS_URL } = config;
  if (!DATABASE_URL || !REDIS_URL)
    throw new ConfigError(
      'A relay needs DATABASE_URL and REDIS_URL, the same as the processes whose outbox it sweeps. One process alone sweeps for itself.',
    );
  if (!config.OUTBOX_SWEEP || !config.BUS)
    throw new ConfigError('A relay does nothing but sweep the outbox: leave out OUTBOX_SWEEP=off and BUS=off for it.');
  return { ...config, DATABASE_URL, REDIS_URL };
}

type Env = Record<string, string | undefined>;

/** As it is written, of any program. */
export function readConfig(env: Env = process.env): Config {
  // An empty variable means "not set": compose files and CI systems write them so.
  const given = Object.fromEntries(Object.keys(fields).map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const name = String(path[0]);
    throw new ConfigError(`${name} ${shown(name, given[name]!)}${message}. Change it or leave it out.`);
  }
  const problem = whyDatabaseCannotBe(parsed.data);
  if (problem) throw new ConfigError(problem);
  return parsed.data;
}

/** What was given, without what must not be found in a log: `is "…": `, or nothing. */
function shown(name: string, value: string): string {
  if (/SECRET|_TOKEN$/.test(name) || name === 'ENCRYPTION_KEYS') return '';
  return `is "${value.replace(/^([\w+.-]+:\/\/)?.*@/s, '$1…@').replace(/(password=)[^&]*/gi, '$1…')}": `;
}

/** For README's table: every variable with its meaning and default. */
export function describeConfig(): { name: string; fallback: string; meaning: string }[] {
  const defaults = schema.parse({}) as Record<string, unknown>;
  return Object.entries(fields).map(([name, field]) => {
    const value = defaults[name];
    return {
      name,
      fallback: value === true ? 'on' : value === false ? 'off' : String(value ?? ''),
      meaning: field.description ?? '',
    };
  });
}
