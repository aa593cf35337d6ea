import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** Date makes a 2 March of a 30 February; years before 1 and after 9999 it writes as PostgreSQL does not read them. */
function toDate(value: unknown): Date {
  const [, year, month, day] = (typeof value === 'string' && RFC_3339.exec(value)) || [];
  const date = new Date(year === undefined ? Number.NaN : String(value));
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (!(Number(day) <= lastDay && date.getTime() >= EARLIEST && date.getTime() <= LATEST))
    throw new GraphQLError('DateTime must be an RFC 3339 date and time such as 2026-11-22T09:30:00.000Z.');
  return date;
}

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'RFC 3339, UTC, millisecond precision, on the server’s clock unless said otherwise.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: toDate,
  parseLiteral(node) {
    if (node.kind !== Kind.STRING) throw new GraphQLError('DateTime must be a string.', { nodes: node });
    return toDate(node.value);
  },
});
