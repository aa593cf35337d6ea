import type { RunningApp } from './app.ts';
import type { Config } from './config.ts';

/** Where everything is, for whoever started it; the test harness and the benchmark read it, too. */
export async function announce(
  { app, url, metricsUrl }: RunningApp,
  config: Config,
  title = 'Parley is ready.',
): Promise<void> {
  const code = await app.dashboard?.links?.createCode();
  const lines = [
    title,
    `  Dashboard   ${url}`,
    code ? `  Sign in     ${url}/sign-in?code=${code}   (works once, for 15 minutes)` : '',
    app.dashboard?.oidc ? `  Sign in     ${url}/sign-in   (with ${config.OIDC_ISSUER})` : '',
    `  GraphQL     ${url}/graphql`,
    `  Metrics     ${metricsUrl}`,
    `  Database    ${config.DATABASE_URL ? 'DATABASE_URL' : `embedded PostgreSQL in ${config.DATA_DIR}`}`,
    `  Bus         ${config.REDIS_URL ? 'Redis' : 'in process'}`,
  ];
  console.log(`\n${lines.filter(Boolean).join('\n')}\n`);
}
