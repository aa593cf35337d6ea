import { fileURLToPath } from 'node:url';
import { buildDashboard } from './build-dashboard.mjs';
import { generate } from './generate.mjs';
import { install } from './install.mjs';
import { exitOnFailure, StepFailed } from './run-step.mjs';

const OLDEST_NODE = 20;

/** From a clone, or whatever a pull has changed, to what can be run. Says and does nothing when there is nothing to do. */
export async function setUp({ withTools = false } = {}) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE) {
    console.error(`Node ${process.versions.node} is too old to set Parley up: install Node ${OLDEST_NODE} or later.`);
    throw new StepFailed();
  }
  await install({ withTools });
  await generate();
  await buildDashboard();
}

if (fileURLToPath(import.meta.url) === process.argv[1]) await exitOnFailure(() => setUp({ withTools: true }));
