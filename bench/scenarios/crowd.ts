import { signToken } from '../../server/auth/sign-token.ts';
import { AUTH_SECRET } from '../load/targets.ts';
import type { Usage } from '../load/usage.ts';
import type { FromScenario, ToScenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/* The process that is the crowd of a scenario: takes its name, answers with its figures, and ends. */

const key = new TextEncoder().encode(AUTH_SECRET);
const asked: ((usage: Usage) => void)[] = [];
const tell = (message: FromScenario) => process.send!(message);

process.on('message', (message: ToScenario) => {
  if ('usage' in message) asked.shift()!(message.usage);
  else void run(message);
});

async function run({ name, ...parts }: Exclude<ToScenario, { usage: Usage }>): Promise<void> {
  const { scenario } = scenarios.find((one) => one.scenario.name === name)!;
  const figures = await scenario.run({
    ...parts,
    token: (role, sub) => signToken(key, { sub, role, name: sub, expiresInSeconds: 3_600 }),
    usage: (of = 'parley') =>
      new Promise((resolve) => {
        asked.push(resolve);
        tell({ type: 'usage', of });
      }),
  });
  tell({ type: 'done', figures });
  process.disconnect();
  process.exit();
}
