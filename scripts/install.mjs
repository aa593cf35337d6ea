import { readFileSync } from 'node:fs';
import { inProject, machineEnv } from './project.mjs';
import { runStep } from './run-step.mjs';

/**
 * `npm ci`, unless node_modules already is what package-lock.json asks for. npm notes in node_modules what it installed, and
 * writes that note last.
 *
 * @param withTools Also what only tests and checks need.
 */
export async function install({ withTools }) {
  if (isInstalled(withTools)) return;
  const only = withTools ? ['--include=dev'] : [];
  await runStep('Installing dependencies', 'npm', ['ci', ...only], { env: machineEnv });
}

function isInstalled(withTools) {
  const wanted = packagesOf('package-lock.json');
  const found = packagesOf('node_modules/.package-lock.json');
  if (!found) return false;
  return Object.entries(wanted).every(([path, { version, integrity, dev, optional, devOptional }]) => {
    if (path === '') return true;
    // Those of other platforms are never there; tools may have been left out.
    if (!found[path]) return optional || ((dev || devOptional) && !withTools);
    return found[path].version === version && found[path].integrity === integrity;
  });
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(inProject(lockFile), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
