import type { Import } from './read-imports.ts';

/** A rule answers why an import is wrong; undefined where it is right. */
type Rule = (one: Import) => string | undefined;

const folderOf = (file: string) => file.split('/').slice(0, -1).join('/');
const top = (file: string) => file.split('/')[0]!;

/** Folders of server/ that hold features; the rest is what they stand on, or what puts them together. */
const features = [
  'audit',
  'audit-log',
  'auth',
  'canary',
  'conversations',
  'database-state',
  'delivery',
  'journeys',
  'kpis',
  'messages',
  'outbox',
  'participants',
  'presence',
  'satisfaction',
  'surveys',
  'visits',
];
const featureOf = (file: string) => features.find((name) => file.startsWith(`server/${name}/`));

/** From what everything stands on to what starts it. Imports go down or stay on their level. */
const levels: [name: string, matches: (file: string) => boolean][] = [
  ['generated', (file) => file.startsWith('server/generated/')],
  [
    'ground',
    (file) =>
      !featureOf(file) &&
      /^server\/(telemetry|embedded-postgres|rate-limit|sealing)\/|^server\/(?!main|app|relay|http-server)[\w-]+\.ts$/.test(
        file,
      ),
  ],
  ['records', (file) => /^server\/(\w+)s\/\1\.ts$|^server\/outbox\/durable-event\.ts$/.test(file)],
  ['queries', (file) => Boolean(featureOf(file)) && file.endsWith('-queries.ts')],
  ['verbs', (file) => Boolean(featureOf(file)) && !file.endsWith('/resolvers.ts')],
  ['resolvers', (file) => Boolean(featureOf(file))],
  ['graphql', (file) => file.startsWith('server/graphql/')],
  ['http', (file) => file === 'server/http-server.ts'],
  ['app', (file) => /^server\/(relay-)?app\.ts$/.test(file)],
  ['programs', (file) => /^server\/(main|relay)\.ts$/.test(file) || file.startsWith('server/cli/')],
];
const levelOf = (file: string) => levels.findIndex(([, matches]) => matches(file));

/** Types may look up, since nothing runs: a resolver names its context, a verb its records. */
export const goesDown: Rule = ({ from, to, typeOnly }) => {
  if (typeOnly || top(from) !== 'server' || top(to) !== 'server') return undefined;
  if (levelOf(from) < 0 || levelOf(to) < 0) return 'has no place among the levels';
  return levelOf(to) <= levelOf(from) ? undefined : `${levels[levelOf(from)]![0]} import ${levels[levelOf(to)]![0]}`;
};

/** What any feature may use of another. */
const shared = new Set([
  'server/outbox/append-event.ts',
  'server/conversations/access-conversation.ts',
  'server/participants/participant.ts',
  'server/participants/access-participant.ts',
  'server/audit-log/record-audit.ts',
]);
/** Who else may use what, and why. */
const exceptions: Record<string, string> = {
  'server/visits/visit-tokens.ts server/auth/sign-token.ts': 'a visitor’s token is an ordinary one',
  'server/visits/visit-tokens.ts server/auth/verify-with-any.ts': 'and goes by the same secrets',
  'server/visits/renew-visit.ts server/auth/authenticate.ts': 'a visit is one login',
  'server/participants/erase-conversation.ts server/messages/erase-messages.ts':
    'deleting somebody deletes what they wrote',
  'server/participants/erase-conversation.ts server/conversations/conversation-queries.ts':
    'who is to look at a closed conversation again',
  'server/journeys/journey-queries.ts server/messages/message.ts': 'a journey is a message’s, whose body may be sealed',
  'server/participants/export-participant.ts server/surveys/survey.ts': 'an export has their answers',
  'server/participants/export-queries.ts server/surveys/survey.ts': 'all of each',
  'server/satisfaction/access-results.ts server/kpis/access-kpis.ts': 'results over time have the key figures’ ranges',
  'server/satisfaction/resolvers.ts server/kpis/access-kpis.ts': 'and are for the same people',
  'server/satisfaction/read-satisfaction.ts server/kpis/kpi-series-queries.ts': 'the same calendar',
  'server/satisfaction/score-answers.ts server/kpis/wilson-interval.ts': 'the same interval',
  'server/satisfaction/observe-satisfaction.ts server/kpis/set-target.ts': 'the target that managers set',
  'server/satisfaction/list-results.ts server/surveys/survey.ts': 'results are surveys, whose words may be sealed',
  'server/surveys/survey-links.ts server/auth/verify-with-any.ts': 'a link’s token goes by the same secrets',
  'server/conversations/resolvers.ts server/messages/list-messages.ts': 'messages are a field of a conversation',
  'server/messages/delete-message.ts server/conversations/conversation-queries.ts':
    'who is to look at a closed conversation again',
};

export const staysInItsFeature: Rule = ({ from, to, typeOnly }) => {
  const [ours, theirs] = [featureOf(from), featureOf(to)];
  if (typeOnly || !ours || !theirs || ours === theirs || shared.has(to)) return undefined;
  if (to === 'server/outbox/bus.ts' && ['delivery', 'presence'].includes(ours)) return undefined;
  return `${from} ${to}` in exceptions ? undefined : `${ours} uses ${theirs}`;
};

export const unusedExceptions = (imports: readonly Import[]): string[] =>
  Object.keys(exceptions).filter((pair) => !imports.some(({ from, to }) => `${from} ${to}` === pair));

export const onlyTheSchemaKnowsResolvers: Rule = ({ from, to }) =>
  to.endsWith('/resolvers.ts') && from !== 'server/graphql/schema.ts' ? 'resolvers are for the schema' : undefined;

/** What lives outside the server knows its GraphQL schema and the client; only tokens and a PostgreSQL are made by the server's own code. */
export const knowsOnlyTheClient: Rule = ({ from, to, typeOnly }) => {
  const [ours, theirs] = [top(from), top(to)];
  if (!['client', 'dashboard', 'bench'].includes(ours) || ours === theirs) return undefined;
  if (ours !== 'client' && theirs === 'client') return undefined;
  const tools = ['server/auth/sign-token.ts', 'server/embedded-postgres.ts'];
  if (ours === 'bench' && (folderOf(to) === 'server/cli' || tools.includes(to))) return undefined;
  return typeOnly && ours === 'bench' ? undefined : `${ours} uses ${theirs}`;
};

/** The server runs without any of them; migrations need its configuration, and a PostgreSQL to try themselves on. */
export const standsAlone: Rule = ({ from, to }) => {
  const [ours, theirs] = [top(from), top(to)];
  if (ours === theirs) return undefined;
  if (ours === 'server') {
    const why = {
      'server/main.ts prisma/migrate.ts': 'migrates at its start',
      'server/cli/migrate.ts prisma/migrate.ts': 'does only that',
      'server/relay.ts prisma/migrate.ts': 'so does a relay, which may be the first to start',
      'server/telemetry/resource.ts package.json': 'its version',
    };
    return `${from} ${to}` in why ? undefined : `server uses ${theirs}`;
  }
  if (ours === 'prisma')
    return ['server/config.ts', 'server/embedded-postgres.ts'].includes(to) ? undefined : `prisma uses ${to}`;
  return undefined;
};

export function violations(imports: readonly Import[], rule: Rule): string[] {
  return imports.flatMap((one) => {
    const why = rule(one);
    return why ? [`${one.from} imports ${one.to}: ${why}`] : [];
  });
}

/** Each cycle once, as the files that it goes through. Types count too: a cycle of types is one of thoughts. */
export function cycles(imports: readonly Import[]): string[] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[] = [];
  function visit(file: string): void {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const { to } of next.get(file) ?? []) visit(to);
    path.pop();
    done.add(file);
  }
  for (const file of next.keys()) visit(file);
  return found;
}
