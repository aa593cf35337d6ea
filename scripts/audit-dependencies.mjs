import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Whether a dependency that ships has a known hole of severity high or critical. Where no registry answers (offline, or one
 * without advisories) nothing is known, which is said and is no failure.
 */
const TIMEOUT_MS = 60_000;

/** Of what `npm audit --json` printed: undefined where it could not be asked, else the names of what is affected. */
export function affectedPackages(report) {
  let parsed;
  try {
    parsed = JSON.parse(report);
  } catch {
    return undefined;
  }
  if (parsed.auditReportVersion === undefined || parsed.error) return undefined;
  return Object.values(parsed.vulnerabilities ?? {})
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, severity, range }) => `${name} ${range} (${severity})`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = ['audit', '--omit=dev', '--json'];
  const { stdout } = spawnSync('npm', args, { encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: 64 * 2 ** 20 });
  const affected = affectedPackages(stdout ?? '');
  if (affected === undefined) console.log('Dependencies not checked: no registry answers with advisories here.');
  else if (affected.length === 0)
    console.log('No dependency that ships has a known hole of severity high or critical.');
  else {
    console.error(`Known holes in:\n  ${affected.join('\n  ')}\nnpm audit --omit=dev tells more.`);
    process.exitCode = 1;
  }
}
