import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep, StepFailed } from './run-step.mjs';

/** What tests need and npm does not have. */
const programs = [
  {
    name: 'redis-server',
    debianPackage: 'redis-server',
    neededFor: 'all tests of several processes, and of Redis itself',
  },
  { name: 'pgbouncer', debianPackage: 'pgbouncer', neededFor: 'the test behind PgBouncer' },
  { name: 'chromium', debianPackage: 'chromium', neededFor: 'all tests in a browser' },
  { name: 'prometheus', debianPackage: 'prometheus', neededFor: 'the tests of alerts and Grafana’s dashboards' },
];

/** Installs them where that is possible, and says what cannot be tested without them. In CI that is a failure. */
export async function ensureMachinePrograms() {
  for (const { name, debianPackage, neededFor } of programs) {
    if (find(name)) continue;
    if (process.getuid?.() === 0 && find('apt-get')) {
      const get = `apt-get install -y --no-install-recommends ${debianPackage}`;
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      // The lists of a fresh machine or container are empty, or too old for what the mirrors still have.
      await runStep(`Installing ${name}`, 'sh', ['-c', `${get} || (apt-get update && ${get})`], { env }).catch(
        (error) => {
          if (!(error instanceof StepFailed)) throw error;
        },
      );
      if (find(name)) continue;
    }
    console.error(`There is no ${name} on this machine: skipping ${neededFor}. Install it to run them.`);
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
