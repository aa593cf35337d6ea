import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
/** PostgreSQL and Date agree on these years; anything else is a mistake of the caller's. */
const EARLIEST = Date.UTC(1, 0);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function toDate(value: unknown): Date {
  const time = typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time) || time < EARLIEST || time > LATEST) {
    throw new GraphQLError('DateTime must be an RFC 3339 date and time such as 2026-11-22T09:30:00.000Z.');
  }
  return new Date(time);
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
