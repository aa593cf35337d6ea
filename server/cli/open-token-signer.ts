import { installationKey } from '../auth/installation-keys.ts';
import { signToken, type TokenClaims } from '../auth/sign-token.ts';
import { loadConfig } from '../config.ts';
import { openInstallation } from './open-installation.ts';
import { CommandError } from './run-command.ts';

/** Signs tokens that the server of this installation accepts. */
export type TokenSigner = (claims: TokenClaims) => Promise<string>;

/** Takes the key from where the server has it: AUTH_SECRET, else this installation's database. */
export async function openTokenSigner(): Promise<TokenSigner> {
  const config = loadConfig();
  const key = config.AUTH_SECRET ? new TextEncoder().encode(config.AUTH_SECRET) : await storedKey(config.NODE_ENV);
  return (claims) => signToken(key, claims);
}

async function storedKey(environment: string): Promise<Uint8Array> {
  if (environment === 'production') {
    throw new CommandError(
      'In production tokens are signed with AUTH_SECRET, which is not set; or your identity provider makes them.',
    );
  }
  await using installation = await openInstallation();
  // Awaited here: the installation is closed when this block is left.
  return await installationKey(installation.db, 'auth_secret');
}
