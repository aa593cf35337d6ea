import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse, printSchema } from 'graphql';
import { loadTypeDefs } from './load-type-defs.ts';

/**
 * Writes server/generated/graphql.ts: the types of all resolvers. Run by `npm run generate`, and by start and test when
 * the SDL changed. Mappers tie SDL types to what resolvers really pass on: the records in server/<feature>/.
 */
const filename = fileURLToPath(new URL('../generated/graphql.ts', import.meta.url));
const config = {
  enumsAsTypes: true,
  useTypeImports: true,
  immutableTypes: true,
  defaultScalarType: 'unknown',
  scalars: { ID: { input: 'string', output: 'string' }, DateTime: { input: 'Date', output: 'Date' } },
  contextType: '../graphql/context.ts#Context',
  resolversNonOptionalTypename: { unionMember: true },
  makeResolverTypeCallable: true,
  mappers: {
    Participant: '../participants/participant.ts#Participant as ParticipantRecord',
    Conversation: '../conversations/conversation.ts#Conversation as ConversationRecord',
    ConversationMember: '../conversations/conversation.ts#Member as MemberRecord',
    Message: '../messages/message.ts#Message as MessageRecord',
    Session: '../auth/session.ts#Session as SessionRecord',
    AuditEntry: '../audit-log/audit-entry.ts#AuditEntry as AuditEntryRecord',
    Survey: '../surveys/survey.ts#Survey as SurveyRecord',
    Satisfaction: '../satisfaction/read-satisfaction.ts#Satisfaction as SatisfactionRecord',
    AgentSatisfaction: '../satisfaction/read-satisfaction.ts#AgentGroup as AgentSatisfactionRecord',
    SurveyResult: '../satisfaction/list-results.ts#SurveyResult as SurveyResultRecord',
    KpiSeries: '../kpis/read-kpi-series.ts#KpiSeries as KpiSeriesRecord',
    AgentLoad: '../kpis/agent-load-queries.ts#AgentLoad as AgentLoadRecord',
    DeadLetter: '../outbox/dead-letter-queries.ts#DeadLetter as DeadLetterRecord',
    MessageJourney: '../journeys/journey.ts#Journey as JourneyRecord',
    MessageRecipient: '../journeys/journey.ts#Recipient as RecipientRecord',
    ConversationUpdate: '../delivery/updates.ts#ConversationUpdate as ConversationUpdateRecord',
    MessagePosted: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    MessageEdited: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    MessageDeleted: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    ParticipantJoined: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    ParticipantLeft: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    ParticipantDeleted: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    ParticipantIdentified: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    ConversationChanged: '../delivery/updates.ts#DurableUpdate as DurableUpdateRecord',
    ReceiptAdvanced: '../delivery/updates.ts#ReceiptUpdate as ReceiptUpdateRecord',
    TypingChanged: '../delivery/updates.ts#TypingUpdate as TypingUpdateRecord',
    PresenceChanged: '../delivery/updates.ts#PresenceUpdate as PresenceUpdateRecord',
    CaughtUp: '../delivery/updates.ts#CaughtUpUpdate as CaughtUpUpdateRecord',
    InboxUpdate: '../delivery/updates.ts#InboxUpdate as InboxUpdateRecord',
  },
};

const output = await codegen({
  filename,
  schema: parse(printSchema(makeExecutableSchema({ typeDefs: loadTypeDefs() }))),
  documents: [],
  config,
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
});
mkdirSync(new URL('../generated/', import.meta.url), { recursive: true });
writeFileSync(filename, output);
