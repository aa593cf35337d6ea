import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep, StepFailed } from './run-step.mjs';

/** What tests need and npm does not have: the first of the names that there is. Debian’s packages are called the same. */
const programs = [
  { names: ['redis-server'], neededFor: 'all tests of several processes, and of Redis itself' },
  { names: ['pgbouncer'], neededFor: 'the test behind PgBouncer' },
  // Without windows and all that goes with them it takes a third less of a processor, and a smaller download.
  { names: ['chromium-headless-shell', 'chromium'], neededFor: 'all tests in a browser' },
  { names: ['prometheus'], neededFor: 'the tests of alerts and Grafana’s dashboards' },
];

/** Installs them where that is possible, and says what cannot be tested without them. In CI that is a failure. */
export async function ensureMachinePrograms() {
  for (const { names, neededFor } of programs) {
    if (names.some(find)) continue;
    if (process.getuid?.() === 0 && find('apt-get')) {
      const get = names.map((name) => `apt-get install -y --no-install-recommends ${name}`).join(' || ');
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      // The lists of a fresh machine or container are empty, or too old for what the mirrors still have.
      await runStep(`Installing ${names[0]}`, 'sh', ['-c', `${get} || (apt-get update; ${get})`], { env }).catch(
        (error) => {
          if (!(error instanceof StepFailed)) throw error;
        },
      );
      if (names.some(find)) continue;
    }
    console.error(`There is no ${names.join(' or ')} on this machine: skipping ${neededFor}. Install it to run them.`);
    if (process.env.CI) throw new StepFailed();
  }
}

export function find(name) {
  // Debian puts servers where users do not look.
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
