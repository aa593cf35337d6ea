import type { GraphQLSchema } from 'graphql';
import type { NoteReading } from '../audit-log/note-reading.ts';
import type { Admit } from '../auth/admit.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { DashboardSignIn } from '../auth/http-routes.ts';
import type { OpenSockets } from '../auth/open-sockets.ts';
import type { IdentityHash } from '../auth/remember-identity.ts';
import type { AccessWatch } from '../auth/watch-access.ts';
import type { Config } from '../config.ts';
import type { SupportMeasure } from '../conversations/measure-support.ts';
import type { Db } from '../db.ts';
import type { Acknowledge } from '../delivery/acknowledge.ts';
import type { FollowerHub } from '../delivery/follower-hub.ts';
import type { InboxWatch } from '../delivery/inbox-watch.ts';
import type { KpiFeed } from '../kpis/kpi-feed.ts';
import type { LongReads } from '../long-reads.ts';
import type { SendMessage } from '../messages/send-message.ts';
import type { Bus } from '../outbox/bus.ts';
import type { Relay } from '../outbox/relay-outbox.ts';
import type { Erasures } from '../participants/erase-participants.ts';
import type { ErasureList } from '../participants/erasure-list.ts';
import type { ParticipantDirectory } from '../participants/participant-directory.ts';
import type { PresenceTracker } from '../presence/track-presence.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { ResultFeed } from '../satisfaction/result-feed.ts';
import type { Sealing } from '../sealing/sealing.ts';
import type { SurveyProvider } from '../surveys/providers/provider.ts';
import type { SurveyTokens } from '../surveys/survey-links.ts';
import type { SurveyReferences } from '../surveys/survey-references.ts';
import type { Log } from '../telemetry/log.ts';
import type { Measure } from '../telemetry/measure.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { VisitTokens } from '../visits/visit-tokens.ts';
import type { ExecuteOnce } from './execute-once.ts';

/** What resolvers and transports work with. Built in server/app.ts; verbs take from it what they need. */
export type App = {
  readonly config: Config;
  readonly log: Log;
  readonly db: Db;
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly measure: Measure;
  readonly schema: GraphQLSchema;
  readonly executeOnce: ExecuteOnce;
  readonly limits: RateLimits;
  readonly participants: ParticipantDirectory;
  readonly authenticate: Authenticate;
  readonly admit: Admit;
  readonly access: AccessWatch;
  readonly openSockets: OpenSockets;
  readonly noteReading: NoteReading;
  readonly identityHash: IdentityHash;
  readonly erasures: Erasures;
  readonly erasureList: ErasureList;
  /** Absent in production without AUTH_SECRET: no secret is made up there. */
  readonly dashboard: DashboardSignIn | undefined;
  /** Absent as that is. */
  readonly visitTokens: VisitTokens | undefined;
  /** Absent as that is. */
  readonly surveyTokens: SurveyTokens | undefined;
  /** Absent as that is. */
  readonly surveyReferences: SurveyReferences | undefined;
  /** Where surveys are answered, when not here. */
  readonly surveyProvider: SurveyProvider | undefined;
  readonly sealing: Sealing;
  readonly relay: Relay;
  readonly hub: FollowerHub;
  readonly inboxWatch: InboxWatch;
  readonly presence: PresenceTracker;
  readonly sendMessage: SendMessage;
  readonly acknowledge: Acknowledge;
  readonly longReads: LongReads;
  readonly kpiFeed: KpiFeed;
  readonly resultFeed: ResultFeed;
  readonly support: SupportMeasure;
  /** Where browsers reach this server. */
  publicUrl(): string;
  /** Why this process should get no traffic now; undefined when it should. */
  whyNotReady(): Promise<string | undefined>;
  /** Pages say so; nothing else is different. */
  readonly isDemo: boolean;
};
