import { type Link, startLink } from './link.ts';

/** A stretch of network in front of a test's PostgreSQL. */
export type PostgresLink = { readonly link: Link /** What a server takes for PostgreSQL. */; readonly url: string };

export async function startPostgresLink(
  databaseUrl: string,
  start: typeof startLink = startLink,
): Promise<PostgresLink> {
  const target = new URL(databaseUrl);
  // The test PostgreSQLs listen on a Unix socket only, in a folder that the URL names.
  const path = `${target.searchParams.get('host')}/.s.PGSQL.5432`;
  const link = await start(() => [{ path }]);
  target.searchParams.delete('host');
  target.hostname = '127.0.0.1';
  target.port = String(link.port);
  return { link, url: target.href };
}
