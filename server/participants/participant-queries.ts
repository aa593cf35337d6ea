import { canaryIds } from '../canary-participants.ts';
import type { Db } from '../db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Role } from '../generated/prisma/enums.ts';
import type { Participant } from './participant.ts';

export type ParticipantFilter = { readonly search: string | null; readonly role: readonly Role[] };

const UUID = /^\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*$/i;

/** Raw, for the index of a function of two columns. Ids are UUIDs of version 7: in the order of first requests. */
export function listParticipants(
  db: Db,
  { search, role }: ParticipantFilter,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<Participant[]> {
  const conditions = [Prisma.sql`p.deleted_at IS NULL AND p.id <> ALL (${canaryIds}::uuid[])`];
  if (role.length > 0) conditions.push(Prisma.sql`p.role = ANY (${role}::text[]::"Role"[])`);
  if (search !== null) conditions.push(found(search));
  if (before !== undefined) conditions.push(Prisma.sql`p.id < ${before}::uuid`);
  return db.$queryRaw<Participant[]>`/* list_participants: one shape per filter */
    SELECT p.id::text, p.external_id AS "externalId", p.name, p.role::text, p.deleted_at AS "deletedAt" FROM participant p
    WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY p.id DESC LIMIT ${limit}::int`;
}

/** The same words as in a search for conversations. */
function found(search: string): Prisma.Sql {
  const [, id] = UUID.exec(search) ?? [];
  if (id !== undefined) return Prisma.sql`(p.id = ${id}::uuid OR p.external_id = ${id})`;
  return Prisma.sql`participant_words(p.name, p.external_id) @@ (
    SELECT string_agg(word || ':*', ' & ')::tsquery FROM unnest((search_words(${search}))[1:6]) AS word)`;
}
