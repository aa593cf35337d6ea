import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunningTarget } from '../load/targets.ts';
import type { Figure, FromScenario, ScenarioParts, ToScenario } from './scenario.ts';

/** Longer than any scenario; a hanging one must end with an error. */
const TIMEOUT_MS = 600_000;

type Parts = { readonly parley: RunningTarget; readonly bare: RunningTarget } & Pick<
  ScenarioParts,
  'databaseUrl' | 'size'
>;

/** One scenario against servers that are there and report what they use. */
export async function runScenario(
  name: string,
  { parley, bare, databaseUrl, size }: Parts,
): Promise<readonly Figure[]> {
  const crowd = fork(fileURLToPath(new URL('crowd.ts', import.meta.url)), { timeout: TIMEOUT_MS });
  const tell = (message: ToScenario) => crowd.send(message);
  const figures = new Promise<readonly Figure[]>((resolve, reject) => {
    crowd.on('message', async (message: FromScenario) => {
      if (message.type === 'done') return resolve(message.figures);
      const server = message.of === 'bare' ? bare : parley;
      await server.usage!().then((usage) => tell({ usage }), reject);
    });
    crowd.once('exit', (code) => reject(new Error(`the crowd of "${name}" ended with ${code}`)));
  });
  tell({ name, url: parley.url, bareUrl: bare.url.replace(/^http/, 'ws'), databaseUrl, size });
  return figures;
}
