import { parseArgs } from 'node:util';
import { createSignInCode } from '../auth/sign-in.ts';
import { localUrl } from '../local-url.ts';
import { checkClaim, given } from './check-claim.ts';
import { openInstallation } from './open-installation.ts';
import { CommandError, runCommand } from './run-command.ts';

const help = `Prints a link that signs somebody in to this installation's dashboard, and nothing else. It works once, for 15 minutes.

  npm run -s sign-in-link                                              a manager
  npm run -s sign-in-link -- --role agent --name "Ada" --sub ID        an agent

  --role    manager or agent; default: manager
  --name    an agent's name, as the others see it
  --sub     an agent's id in your application: the "sub" of their tokens

With OIDC_ISSUER there are no links: managers and agents sign in with their account.
`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      role: { type: 'string', default: 'manager' },
      name: { type: 'string' },
      sub: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const user = userOf(values);
  await using installation = await openInstallation();
  const { config, db } = installation;
  if (config.OIDC_ISSUER)
    throw new CommandError('There are no sign-in links with OIDC_ISSUER: people sign in with their account.');
  if (config.NODE_ENV === 'production' && !config.AUTH_SECRET)
    throw new CommandError('Signing in to the dashboard needs AUTH_SECRET in production.');
  const url = config.PUBLIC_URL ?? (config.PORT === 0 ? undefined : localUrl(config, config.PORT));
  if (!url) throw new CommandError('PORT is 0, so nobody knows where the server is: set PUBLIC_URL.');
  const code = await createSignInCode(db, user);
  process.stdout.write(`${new URL(`/sign-in?code=${code}`, url).href}
`);
  return 0;
});

function userOf({ role, name, sub }: { role: string; name?: string | undefined; sub?: string | undefined }) {
  if (role === 'manager') {
    if (name !== undefined || sub !== undefined)
      throw new CommandError(
        '--name and --sub are an agent’s: a manager who signs in by a link is nobody in particular.',
      );
    return undefined;
  }
  if (role !== 'agent') throw new CommandError(`--role is ${given(role)}: it must be manager or agent.`);
  checkClaim('--name', name);
  checkClaim('--sub', sub);
  return { role: 'AGENT', externalId: sub, name } as const;
}
