import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, describeConfig, loadConfig, loadRelayConfig } from './config.ts';

const AUTH_SECRET = 'x'.repeat(32);

const complaint = (
  env: Record<string, string>,
  load: (env: Record<string, string>) => unknown = loadConfig,
): string => {
  let message: string | undefined;
  assert.throws(
    () => load(env),
    (error) => {
      assert.ok(error instanceof ConfigError);
      message = error.message;
      return true;
    },
  );
  return message!;
};

describe('the configuration', () => {
  test('needs nothing to be set', () => {
    const { PORT, METRICS_PORT, DATA_DIR, DATABASE_URL, NODE_ENV, OUTBOX_SWEEP, TYPING_TTL_MS } = loadConfig({});
    assert.deepEqual([PORT, METRICS_PORT, DATA_DIR, DATABASE_URL], [4000, 9464, '.data', undefined]);
    assert.deepEqual([NODE_ENV, OUTBOX_SWEEP, TYPING_TTL_MS], ['development', true, 6_000]);
  });

  test('takes what is set; what is set to nothing is not', () => {
    const { PORT, BUS, DATABASE_URL, HOST } = loadConfig({ PORT: '0', BUS: 'off', DATABASE_URL: '', HOST: '' });
    assert.deepEqual([PORT, BUS, DATABASE_URL, HOST], [0, false, undefined, '127.0.0.1']);
  });

  test('does not look at variables of others', () => {
    assert.deepEqual(loadConfig({ PATH: '/bin', OTEL_SERVICE_NAME: 'x' }), loadConfig({}));
  });

  test('says in one line what cannot be used and what could', () => {
    for (const [env, line] of [
      [{ PORT: 'abc' }, 'PORT is "abc": must be a port, from 0 to 65535. Change it or leave it out.'],
      [{ PORT: '65536' }, 'PORT is "65536": must be a port, from 0 to 65535. Change it or leave it out.'],
      [
        { REDIS_URL: 'foo' },
        'REDIS_URL is "foo": must be a URL such as redis://host:6379, redis+sentinel://host:26379,host:26379/name or redis+cluster://host:6379,host:6379 (rediss with TLS). Change it or leave it out.',
      ],
      [{ HEAD_SWEEP: 'yes' }, 'HEAD_SWEEP is "yes": must be on or off. Change it or leave it out.'],
      [{ NODE_ENV: 'prod' }, 'NODE_ENV is "prod": must be development, production or test. Change it or leave it out.'],
      [
        { HOLE_WAIT_MS: '5s' },
        'HOLE_WAIT_MS is "5s": must be a whole number of milliseconds. Change it or leave it out.',
      ],
      [{ SEND_GROUP_MAX: '0' }, 'SEND_GROUP_MAX is "0": must be a whole number, 1 or more. Change it or leave it out.'],
      [{ RATE_LIMIT_SCALE: '-1' }, 'RATE_LIMIT_SCALE is "-1": must be a number above 0. Change it or leave it out.'],
    ] as const)
      assert.equal(complaint(env), line);
  });

  test('does so for every number and switch that makes no sense', () => {
    for (const { name, fallback } of describeConfig()) {
      if (!/^(\d+|on|off)$/.test(fallback)) continue;
      for (const value of ['x', '-1', 'NaN', '{}'])
        assert.match(
          complaint({ [name]: value }),
          new RegExp(`^${name} is ".+": must be .+\\. Change it or leave it out\\.$`),
        );
    }
  });

  test('tells no secret', () => {
    assert.doesNotMatch(complaint({ AUTH_SECRET: 'hunter2' }), /hunter2/);
    for (const url of [
      'postgre://ada:hunter2@db/x',
      'ada:hunter2@db',
      'http://ada:hun/ter2@hunter2@db',
      '//ada:hunter2@db',
    ])
      assert.doesNotMatch(complaint({ DATABASE_URL: url }), /hun\/?ter2/);
    assert.match(complaint({ REDIS_URL: 'http://:hunter2@cache:6379' }), /"http:\/\/…@cache:6379"/);
    const sentinel = complaint({ REDIS_URL: 'redis+sentinel://:hunter2@s1/chat?sentinelPassword=hunter2&db=1' });
    assert.match(sentinel, /"redis\+sentinel:\/\/…@s1\/chat\?sentinelPassword=…&db=1"/);
    assert.doesNotMatch(sentinel, /hunter2/);
  });

  test('makes up no secret in production', () => {
    assert.match(complaint({ NODE_ENV: 'production' }), /AUTH_SECRET .* or AUTH_JWKS_URL/);
    loadConfig({ NODE_ENV: 'production', AUTH_SECRET });
    loadConfig({ NODE_ENV: 'production', AUTH_JWKS_URL: 'https://id.example/jwks.json' });
  });

  test('of a relay has what it shares with others, and no secret', () => {
    const shared = { DATABASE_URL: 'postgres://db/parley', REDIS_URL: 'redis://cache' };
    loadRelayConfig({ ...shared, NODE_ENV: 'production' });
    for (const missing of ['DATABASE_URL', 'REDIS_URL'])
      assert.match(
        complaint({ ...shared, [missing]: '' }, loadRelayConfig),
        /^A relay needs DATABASE_URL and REDIS_URL/,
      );
    for (const off of ['OUTBOX_SWEEP', 'BUS'])
      assert.match(complaint({ ...shared, [off]: 'off' }, loadRelayConfig), /leave out OUTBOX_SWEEP=off and BUS=off/);
  });

  test('has everything that a survey provider needs, or says what is missing', () => {
    const common = {
      SURVEY_PROVIDER_URL: 'https://example.com/s/1',
      SURVEY_PROVIDER_SURVEY: 'SV_1',
      SURVEY_PROVIDER_QUESTIONS: 'rating=QID1,comment=QID2_TEXT',
      SURVEY_PROVIDER_API_TOKEN: 'hunter2',
    };
    const api = { SURVEY_PROVIDER_API_URL: 'https://fra1.qualtrics.com' };
    const signed = { SURVEY_PROVIDER_WEBHOOK_SECRET: 'hunter2' };
    const qualtrics = { SURVEY_PROVIDER: 'qualtrics', ...common, ...api, ...signed };
    const { SURVEY_PROVIDER_QUESTIONS: questions } = loadConfig(qualtrics);
    assert.deepEqual(questions, { rating: 'QID1', comment: 'QID2_TEXT' });
    loadConfig({ SURVEY_PROVIDER: 'zigpoll', ...common });
    loadConfig({ SURVEY_PROVIDER: 'surveymonkey', ...common, ...signed, SURVEY_PROVIDER_CLIENT_ID: 'c' });
    for (const name of Object.keys(qualtrics).slice(1))
      assert.match(complaint({ ...qualtrics, [name]: '' }), new RegExp(`qualtrics needs ${name}`));
    assert.match(
      complaint({ SURVEY_PROVIDER: 'surveymonkey', ...common, ...signed }),
      /needs SURVEY_PROVIDER_CLIENT_ID/,
    );
    const asks = (SURVEY_PROVIDER_QUESTIONS: string) => complaint({ ...qualtrics, SURVEY_PROVIDER_QUESTIONS });
    assert.match(asks('comment=QID2'), /which question is the rating/);
    assert.match(asks('stars=QID1'), /must be like rating=QID1/);
    assert.match(complaint({ ...qualtrics, SURVEY_PROVIDER_API_URL: 'http://qualtrics.example' }), /must be https/);
    assert.match(
      complaint({ ...qualtrics, NODE_ENV: 'production', AUTH_JWKS_URL: 'https://id.example/jwks' }),
      /needs AUTH_SECRET in production/,
    );
  });

  test('describes each variable, with its unit where the name has one', () => {
    for (const { name, meaning } of describeConfig()) {
      assert.match(name, /^[A-Z_]+$/);
      assert.match(meaning, /\.$/, name);
      if (name.endsWith('_MS')) assert.match(meaning, /\bin ms\b/, name);
      if (name.endsWith('_BYTES')) assert.match(meaning, /\bin bytes\b/, name);
    }
  });
});
