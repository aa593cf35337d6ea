import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Role } from '../generated/prisma/enums.ts';
import { checkClaim, given } from './check-claim.ts';
import { openTokenSigner } from './open-token-signer.ts';
import { parseDuration } from './parse-duration.ts';
import { CommandError, runCommand } from './run-command.ts';

const help = `Prints a token for this installation, and nothing else.

  npm run -s token -- --role agent --name "Ada" [--sub ID] [--expires-in 1h]

  --role        customer, agent or manager
  --name        what the others see
  --sub         the participant's id in your application; default: a new one
  --expires-in  90s, 15m, 1h, 30d …; default: 1h

It is signed with AUTH_SECRET, else with the key in this installation's database, which is made if there is none.
`;

const roles = ['customer', 'agent', 'manager'];

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      name: { type: 'string' },
      sub: { type: 'string' },
      'expires-in': { type: 'string', default: '1h' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { role, name, sub = randomUUID(), 'expires-in': expiresIn } = values;
  if (role === undefined || !roles.includes(role)) {
    throw new CommandError(`--role is ${given(role)}: it must be customer, agent or manager.`);
  }
  checkClaim('--name', name);
  checkClaim('--sub', sub);
  const expiresInSeconds = parseDuration(expiresIn);
  if (expiresInSeconds === undefined) {
    throw new CommandError(
      `--expires-in is ${given(expiresIn)}: it must be like 90s, 15m, 1h or 30d, at most ten years.`,
    );
  }
  const sign = await openTokenSigner();
  process.stdout.write(`${await sign({ sub, role: role.toUpperCase() as Role, name, expiresInSeconds })}\n`);
  return 0;
});
