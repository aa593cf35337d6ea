import { randomUUID } from 'node:crypto';
import { createContinuousAudit } from './audit/audit-continuously.ts';
import { createAuditRetention } from './audit-log/keep-audit-log.ts';
import { createNoteReading } from './audit-log/note-reading.ts';
import { createAdmit } from './auth/admit.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { createDashboardSessions } from './auth/dashboard-session.ts';
import { createEndedLogins } from './auth/ended-logins.ts';
import type { DashboardSignIn } from './auth/http-routes.ts';
import { installationKey } from './auth/installation-keys.ts';
import { createSessionRetention } from './auth/keep-sessions.ts';
import { createOidc, hasOidc } from './auth/oidc.ts';
import { createOpenSockets } from './auth/open-sockets.ts';
import { createSessionRecorder } from './auth/record-session.ts';
import { createIdentityHash } from './auth/remember-identity.ts';
import { createRemoteKeys } from './auth/remote-keys.ts';
import { createSignIn } from './auth/sign-in.ts';
import { signToken } from './auth/sign-token.ts';
import { createVerifyToken } from './auth/verify-token.ts';
import { createAccessWatch } from './auth/watch-access.ts';
import { createCanary } from './canary/run-canary.ts';
import type { CanaryParticipant } from './canary-participants.ts';
import type { Config } from './config.ts';
import { createSupportMeasure } from './conversations/measure-support.ts';
import { createReadiness } from './database-state/check-ready.ts';
import { checkSessions } from './database-state/check-sessions.ts';
import { observeDatabase } from './database-state/observe-database.ts';
import { type Db, openDb } from './db.ts';
import { createAcknowledge } from './delivery/acknowledge.ts';
import { createReceiptBroadcast } from './delivery/broadcast-receipts.ts';
import { createFollowerHub } from './delivery/follower-hub.ts';
import { createInboxWatch } from './delivery/inbox-watch.ts';
import type { App } from './graphql/app-parts.ts';
import { createExecuteOnce } from './graphql/execute-once.ts';
import { createSchema } from './graphql/schema.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { isDemo } from './is-demo.ts';
import { createMomentKeeper } from './journeys/keep-moments.ts';
import { createKpiKeeper } from './kpis/keep-kpis.ts';
import { createKpiFeed } from './kpis/kpi-feed.ts';
import { createKpiRecorder } from './kpis/kpi-recorder.ts';
import { createSlowMessages } from './kpis/slow-messages.ts';
import { createLongReads } from './long-reads.ts';
import { createSendMessage } from './messages/send-message.ts';
import { createBus } from './outbox/bus.ts';
import { createRelay } from './outbox/relay-outbox.ts';
import { createErasures } from './participants/erase-participants.ts';
import { createErasureList } from './participants/erasure-list.ts';
import { createParticipantDirectory } from './participants/participant-directory.ts';
import { createPresenceBoard } from './presence/presence-board.ts';
import { createPresenceTracker } from './presence/track-presence.ts';
import { createRateLimits } from './rate-limit/rate-limits.ts';
import { openRedis } from './redis.ts';
import type { Repeating } from './repeat.ts';
import { reportBackgroundError } from './report-background-error.ts';
import { observeSatisfaction } from './satisfaction/observe-satisfaction.ts';
import { createResultFeed } from './satisfaction/result-feed.ts';
import { openKeyRing } from './sealing/key-ring.ts';
import { createSealing } from './sealing/sealing.ts';
import { stopInTime } from './stop-in-time.ts';
import { createSurveyProvider } from './surveys/providers/create-provider.ts';
import { createAnswerPull } from './surveys/providers/pull-answers.ts';
import { createSurveyTokens } from './surveys/survey-links.ts';
import { createSurveyReferences } from './surveys/survey-references.ts';
import type { Log } from './telemetry/log.ts';
import { createMeasure } from './telemetry/measure.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { type MetricsServer, startMetricsServer } from './telemetry/metrics-server.ts';
import { telemetry } from './telemetry/telemetry.ts';
import { createVisitTokens } from './visits/visit-tokens.ts';

/** The composition root: the only file that builds things, and the order in which they start and stop. */
export type RunningApp = {
  readonly app: App;
  readonly url: string;
  readonly metricsUrl: string;
  /** Drains and stops everything (D9). The second call waits for the first. */
  stop(): Promise<void>;
};

export async function startApp({
  config,
  log,
  databaseUrl,
}: {
  config: Config;
  log: Log;
  databaseUrl: string;
}): Promise<RunningApp> {
  const processId = randomUUID();
  const onError = reportBackgroundError(log);
  telemetry().reportTo(log);
  const db = openDb(config, databaseUrl);
  await checkSessions(db, config);
  const redis = config.REDIS_URL ? openRedis(config.REDIS_URL, log) : undefined;
  const bus = createBus({ redis, enabled: config.BUS, log });
  const metrics = createMetrics();
  const kpis = createKpiRecorder({ db, processId, log, peaks: () => ({ peak_sockets: presence.sockets() }) });
  const kpiKeeper = createKpiKeeper({ db, config, onError });
  const limits = createRateLimits({
    config,
    redis: redis?.publisher,
    onRefused: (limit) => metrics.limited({ limit }),
  });
  const slowMessages = createSlowMessages({ db, processId, log });
  const measure = createMeasure({ metrics, kpis, slowMessages });

  const continuousAudit = createContinuousAudit({ db, config, measure, log, onError });

  const [ownKey, canaryKey, fingerprintKey, identityKey] = await Promise.all([
    ownSigningKey(config, db),
    installationKey(db, 'canary'),
    installationKey(db, 'body_fingerprint'),
    installationKey(db, 'deleted_identity'),
  ]);
  const ring = config.ENCRYPTION_KEYS === undefined ? undefined : openKeyRing(config.ENCRYPTION_KEYS);
  const sealing = createSealing({ db, ring, onError });
  await sealing.check();
  const participants = createParticipantDirectory({ db });
  const endedLogins = createEndedLogins({ db });
  const auditRetention = createAuditRetention({ db, config, onError });
  const sessionRetention = createSessionRetention({ db, config, onError });
  const access = createAccessWatch({ db, bus, config, onError });
  const admit = createAdmit({ participants, endedLogins });
  const sessions = createSessionRecorder({ db, onError });
  const remoteKeys = config.AUTH_JWKS_URL ? createRemoteKeys({ url: config.AUTH_JWKS_URL, log }) : undefined;
  const before = config.AUTH_SECRET_PREVIOUS ? [toKey(config.AUTH_SECRET_PREVIOUS)] : [];
  const ownKeys: OwnKeys | undefined = ownKey && [ownKey, ...before];
  const verifyToken = createVerifyToken({
    keys: ownKeys ?? [],
    remoteKeys,
    canaryKey,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
  });
  const identityHash = createIdentityHash(identityKey);
  const authenticate = createAuthenticate({ db, verifyToken, admit, sessions, access, identityHash });
  const openSockets = createOpenSockets({ authenticate, admit });

  const moments = createMomentKeeper({ db, config, processId, log, onError });
  const relay = createRelay({ db, bus, config, metrics, moments, log });
  const erasures = createErasures({ db, relay, config, log, onError });
  const erasureList = createErasureList({ db, config, log, onError });
  const receipts = createReceiptBroadcast({ bus, config });
  const presenceBoard = createPresenceBoard({ db, bus, config, onError });
  const presence = createPresenceTracker({ db, bus, config, processId, onError });
  const hub = createFollowerHub({ db, sealing, bus, config, metrics, presence: presenceBoard, onError });
  const inboxWatch = createInboxWatch({ db, bus, config, onError });
  const longReads = createLongReads({ db, config, metrics, log, onError });
  const kpiFeed = createKpiFeed({ primary: db, longReads });
  const resultFeed = createResultFeed({ db, sealing });
  const surveyProvider = createSurveyProvider(config);
  const surveyReferences = ownKeys && createSurveyReferences(ownKeys);
  const answerPull =
    surveyReferences &&
    createAnswerPull({ db, config, metrics, sealing, surveyReferences, provider: surveyProvider, log, onError });
  observeDatabase(db, log);
  observeSatisfaction(db, log);
  // What is known of them is forgotten before anybody asks again.
  access.onChange(({ participantId }) => {
    participants.forget(participantId);
    endedLogins.forget(participantId);
  });
  access.onChange((change) => hub.recheck(change));
  access.onChange(({ participantId, conversationId }) =>
    conversationId === null ? openSockets.recheck(participantId) : undefined,
  );

  const support = createSupportMeasure({ db, measure, onError });
  const { sendMessage, idle: sendsDone } = createSendMessage({
    db,
    config,
    limits,
    relay,
    fingerprintKey,
    measure,
    sealing,
    support,
  });

  const schema = createSchema();
  const app: App = {
    config,
    log,
    db,
    bus,
    metrics,
    measure,
    schema,
    executeOnce: createExecuteOnce(schema, (how) => metrics.updates({ how })),
    limits,
    participants,
    authenticate,
    admit,
    access,
    openSockets,
    noteReading: createNoteReading({ db, config }),
    identityHash,
    erasures,
    erasureList,
    visitTokens: ownKeys && createVisitTokens(ownKeys),
    surveyTokens: ownKeys && createSurveyTokens(ownKeys),
    surveyReferences,
    surveyProvider,
    dashboard: ownKeys && dashboardSignIn(ownKeys),
    sealing,
    relay,
    hub,
    inboxWatch,
    presence,
    sendMessage,
    acknowledge: createAcknowledge({ db, config, metrics, receipts, moments }),
    longReads,
    kpiFeed,
    resultFeed,
    support,
    publicUrl: () => http!.url,
    whyNotReady: createReadiness(db),
    isDemo: await isDemo(db),
  };

  const signCanary = ({ sub, role }: CanaryParticipant) =>
    signToken(canaryKey, { sub, role, name: 'Canary', expiresInSeconds: CANARY_TOKEN_S });

  function dashboardSignIn(keys: OwnKeys): DashboardSignIn {
    const sessions = createDashboardSessions({ db, keys, access, identityHash });
    const oidc = hasOidc(config) ? createOidc(config) : undefined;
    return { sessions, keys, oidc, links: oidc ? undefined : createSignIn({ db, sessions }) };
  }

  let http: HttpServer | undefined;
  let canary: Repeating | undefined;
  let metricsServer: MetricsServer | undefined;
  let stopped: Promise<void> | undefined;
  const stop = () => stopInTime({ config, log }, stopAll);

  /** What takes work in goes first, what carries it out last. */
  async function stopAll(): Promise<void> {
    await canary?.stop();
    await http?.drain();
    const background = [access, auditRetention, sessionRetention, erasures, erasureList, kpiKeeper, continuousAudit];
    await Promise.all([...background.map((work) => work.stop()), answerPull?.stop()]);
    await Promise.all([kpiFeed.stop(), resultFeed.stop()]);
    await longReads.stop();
    await sendsDone();
    await relay.stop();
    await Promise.all([hub.stop(), inboxWatch.stop(), presenceBoard.stop(), presence.stop()]);
    receipts.stop();
    await moments.stop();
    await Promise.all([kpis.stop(), slowMessages.stop()]);
    limits.stop();
    bus.stop();
    await db.$disconnect();
    await metricsServer?.stop();
    await telemetry().shutdown();
  }

  try {
    await access.start();
    longReads.start();
    auditRetention.start();
    sessionRetention.start();
    await erasureList.start();
    erasures.start();
    kpiKeeper.start();
    continuousAudit.start();
    answerPull?.start();
    relay.start();
    hub.start();
    inboxWatch.start();
    presenceBoard.start();
    presence.start();
    moments.start();
    kpis.start();
    slowMessages.start();
    metricsServer = await startMetricsServer({ port: config.METRICS_PORT, host: config.HOST, log });
    http = await startHttpServer(app);
    canary = createCanary({ db, config, sign: signCanary, ownUrl: http.ownUrl, measure, log, onError });
    canary.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { app, url: http.url, metricsUrl: metricsServer.url, stop: () => (stopped ??= stop()) };
}

/** A run takes seconds at most. */
const CANARY_TOKEN_S = 60;

/** The one to sign with, and the one that it has replaced. */
type OwnKeys = DashboardSignIn['keys'];

const toKey = (secret: string) => new TextEncoder().encode(secret);

/** What Parley's own tokens are signed with. */
async function ownSigningKey(config: Config, db: Db): Promise<Uint8Array | undefined> {
  if (config.AUTH_SECRET) return toKey(config.AUTH_SECRET);
  return config.NODE_ENV === 'production' ? undefined : installationKey(db, 'auth_secret');
}
