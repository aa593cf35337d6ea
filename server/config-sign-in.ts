import { z } from 'zod';
import { isThisMachine, url } from './config-kinds.ts';

const text = z.string().min(1);

/** Sign-in of managers and agents by an OpenID provider, instead of by links. */
export const signInFields = {
  OIDC_ISSUER: url('https', 'http')
    .optional()
    .describe(
      'OpenID provider that managers, and agents with `OIDC_AGENT_ROLE`, sign in to the dashboard with, instead of by printed links: its issuer, where `/.well-known/openid-configuration` is found. Register `PUBLIC_URL` + `/auth/oidc/callback` there.',
    ),
  OIDC_CLIENT_ID: text.optional().describe('What the provider calls this Parley.'),
  OIDC_CLIENT_SECRET: text.optional().describe('Its secret there. Without it a public client, which has PKCE alone.'),
  OIDC_SCOPES: text.default('openid profile').describe('What is asked of the provider, separated by spaces.'),
  OIDC_ROLE_CLAIM: text
    .default('role')
    .describe(
      'Claim that says who is a manager or an agent, of the ID token or else of the user info: a text or a list. Dots lead into objects: `realm_access.roles`.',
    ),
  OIDC_MANAGER_ROLE: text.default('manager').describe('What that claim must be, or contain, in a manager.'),
  OIDC_AGENT_ROLE: text
    .optional()
    .describe('What it must be, or contain, in an agent. Without it only managers get in; nobody else ever does.'),
  OIDC_AGENT_ID_CLAIM: text
    .default('sub')
    .describe(
      'Claim with the id that your application’s tokens call the agent by (their `sub`), so that both are one participant. Only one that people cannot change themselves.',
    ),
} as const;

type SignInConfig = {
  readonly [Name in 'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'AUTH_SECRET']?: string | undefined;
} & { readonly NODE_ENV: string };

/** What is wrong with the fields taken together; undefined when nothing is. */
export function whySignInCannotBe({ OIDC_ISSUER, OIDC_CLIENT_ID, AUTH_SECRET, NODE_ENV }: SignInConfig) {
  if (Boolean(OIDC_ISSUER) !== Boolean(OIDC_CLIENT_ID))
    return 'OIDC_ISSUER and OIDC_CLIENT_ID need each other. Give both, or leave them out.';
  if (OIDC_ISSUER && new URL(OIDC_ISSUER).protocol === 'http:' && !isThisMachine(OIDC_ISSUER))
    return 'OIDC_ISSUER must be https: what it says lets people in. Only on this machine it may be http.';
  if (OIDC_ISSUER && NODE_ENV === 'production' && !AUTH_SECRET)
    return 'OIDC_ISSUER needs AUTH_SECRET in production: sessions of the dashboard are signed with it.';
  return undefined;
}
