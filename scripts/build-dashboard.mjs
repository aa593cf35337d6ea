import { inProject, program, projectEnv } from './project.mjs';
import { runStep } from './run-step.mjs';
import { stampOf } from './stamp.mjs';

/** The dashboard's pages as plain files in dashboard/out, which the server hands out. */
export async function buildDashboard() {
  const pages = stampOf({
    made: 'dashboard/out/index.html',
    stamp: 'dashboard/.next/made-from',
    sources: ['dashboard', 'client', 'package-lock.json'],
    counts: (path) => !path.endsWith('.test.ts') && !path.endsWith('next-env.d.ts'),
    skip: ['dashboard/.next', 'dashboard/out'],
  });
  if (pages.isFresh) return;
  const env = { ...projectEnv, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
  await runStep('Building the dashboard', program('next'), ['build', inProject('dashboard')], { env });
  pages.write();
}
