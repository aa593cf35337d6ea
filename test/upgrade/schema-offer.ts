import { execute } from '../harness/execute.ts';

/** What a schema offers the code on it: tables, types and functions, as PostgreSQL's catalogs tell. */
export type SchemaOffer = {
  readonly columns: readonly Column[];
  /** Type and label, of enumerated types. */
  readonly labels: readonly string[];
  readonly functions: readonly Routine[];
};

type Column = {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly hasDefault: boolean;
};

type Routine = {
  readonly name: string;
  readonly takes: readonly string[];
  /** The last ones, which a call may leave out. */
  readonly optional: number;
  /** A type, or the columns of a table. */
  readonly answers: readonly string[];
};

export async function readSchemaOffer(url: string): Promise<SchemaOffer> {
  const [row] = await execute<{ offer: SchemaOffer }>(url, READ);
  return row!.offer;
}

/** One row with everything, for any connection. */
export const READ = `
  SELECT json_build_object(
    'columns', (
      SELECT json_agg(json_build_object('table', c.relname, 'column', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'isRequired', a.attnotnull, 'hasDefault', a.atthasdef OR a.attidentity <> '') ORDER BY c.relname, a.attnum)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        AND c.relname <> '_prisma_migrations'
    ),
    'labels', (SELECT json_agg(enumtypid::regtype || ' ' || enumlabel) FROM pg_enum),
    'functions', (
      SELECT json_agg(json_build_object('name', p.proname, 'optional', p.pronargdefaults,
        'takes', (SELECT coalesce(json_agg(format_type(t, NULL) ORDER BY n), '[]')
          FROM unnest(p.proargtypes) WITH ORDINALITY AS x(t, n)),
        'answers', coalesce(
          (SELECT json_agg(name || ' ' || format_type(t, NULL) ORDER BY n)
            FROM unnest(p.proargnames, p.proallargtypes, p.proargmodes) WITH ORDINALITY AS x(name, t, mode, n) WHERE mode = 't'),
          json_build_array(format_type(p.prorettype, NULL)))))
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    )
  ) AS offer`;

/**
 * What of it the code of a release uses, as far as it can be told: all that its schema.prisma does not mark with @ignore or
 * @@ignore, and the functions that its code names. The rest the next release may take away.
 */
export function usedBy({ schema, code }: { schema: string; code: string }, offer: SchemaOffer): SchemaOffer {
  const ignored = new Set<string>();
  for (const [, body = ''] of schema.matchAll(/^model \w+ \{(.*?)^\}/gms)) {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    if (/@@ignore/.test(body)) ignored.add(`${table}`);
    for (const [line, field] of body.matchAll(/^ +(\w+) .* @ignore\b.*$/gm))
      ignored.add(`${table}.${/@map\("(\w+)"\)/.exec(line)?.[1] ?? field}`);
  }
  return {
    columns: offer.columns.filter(({ table, column }) => !ignored.has(table) && !ignored.has(`${table}.${column}`)),
    labels: offer.labels,
    functions: offer.functions.filter(({ name }) => new RegExp(`\\b${name}\\(`).test(code)),
  };
}

/** What code of `before` can no longer do with `now`, in words; empty where the schema only expanded. */
export function whatContracted(before: SchemaOffer, now: SchemaOffer): string[] {
  const nameOf = ({ table, column }: Column) => `${table}.${column}`;
  const columns = new Map(now.columns.map((column) => [nameOf(column), column]));
  const known = new Set(before.columns.map(nameOf));
  const tables = new Set(before.columns.map(({ table }) => table));
  const needsValue = ({ isRequired, hasDefault }: Column) => isRequired && !hasDefault;
  return [
    ...before.columns.flatMap((old) => {
      const column = columns.get(nameOf(old));
      if (!column) return `${nameOf(old)} is gone`;
      if (column.type !== old.type) return `${nameOf(old)} was ${old.type} and is ${column.type}`;
      if (column.isRequired && !old.isRequired) return `${nameOf(old)} may no longer be null`;
      return needsValue(column) && !needsValue(old) ? `${nameOf(old)} has no default any more` : [];
    }),
    ...now.columns
      .filter((column) => tables.has(column.table) && !known.has(nameOf(column)) && needsValue(column))
      .map((column) => `${nameOf(column)} is new, and must be given`),
    ...before.labels.filter((label) => !now.labels.includes(label)).map((label) => `the value ${label} is gone`),
    ...before.functions
      .filter((old) => !now.functions.some((routine) => standsInFor(routine, old)))
      .map(({ name, takes }) => `${name}(${takes.join(', ')}) can no longer be called as it was`),
  ];
}

function standsInFor({ name, takes, optional, answers }: Routine, old: Routine): boolean {
  return (
    name === old.name &&
    old.takes.every((type, i) => takes[i] === type) &&
    takes.length - optional <= old.takes.length - old.optional &&
    old.answers.every((answer) => answers.includes(answer))
  );
}
