import * as openid from 'openid-client';
import type { Config } from '../config.ts';
import { forbidden } from '../errors.ts';
import type { DashboardRole, DashboardUser } from './dashboard-session.ts';

/**
 * Sign-in with an OpenID provider: the authorisation code flow with PKCE, state and nonce (OpenID Connect Core 3.1, RFC 7636).
 * The protocol is openid-client's; here is what is asked, and who counts as a manager or an agent.
 */
export type Oidc = ReturnType<typeof createOidc>;
/** What was sent with a browser, to be shown again when it comes back. */
export type Attempt = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** The provider's description of itself is asked for again after this, in ms: keys are looked up apart, as they are needed. */
const DISCOVERED_MS = 3_600_000;
/** Longest wait for an answer of the provider, in seconds. */
const TIMEOUT_S = 5;
/** As long as claims of tokens may be, in UTF-16 units. */
const MAX_CLAIM_LENGTH = 200;
const PREFIX = 'oidc:';

type OidcConfig = Config & { readonly OIDC_ISSUER: string; readonly OIDC_CLIENT_ID: string };
export const hasOidc = (config: Config): config is OidcConfig => config.OIDC_ISSUER !== undefined;

export function createOidc(config: OidcConfig) {
  let discovered: { readonly at: number; readonly provider: Promise<openid.Configuration> } | undefined;

  /** Asked for when it is needed, so that a start does not depend on the provider, and again after it failed. */
  function provider(): Promise<openid.Configuration> {
    if (discovered && discovered.at + DISCOVERED_MS > Date.now()) return discovered.provider;
    const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = config;
    const issuer = new URL(OIDC_ISSUER);
    const entry = {
      at: Date.now(),
      provider: openid.discovery(
        issuer,
        OIDC_CLIENT_ID,
        undefined,
        OIDC_CLIENT_SECRET ? openid.ClientSecretBasic(OIDC_CLIENT_SECRET) : openid.None(),
        { timeout: TIMEOUT_S, execute: issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : [] },
      ),
    };
    discovered = entry;
    entry.provider.catch(() => {
      if (discovered === entry) discovered = undefined;
    });
    return entry.provider;
  }

  return {
    /** Where to send a browser, and what to remember of it. */
    async begin(redirectUri: string): Promise<{ url: URL; attempt: Attempt }> {
      const attempt = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      };
      const url = openid.buildAuthorizationUrl(await provider(), {
        redirect_uri: redirectUri,
        scope: config.OIDC_SCOPES,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      });
      return { url, attempt };
    },

    /** Who came back. Throws what openid-client does, and FORBIDDEN for somebody who is neither manager nor agent. */
    async finish(callbackUrl: URL, { state, nonce, verifier }: Attempt): Promise<DashboardUser> {
      const configuration = await provider();
      const tokens = await openid.authorizationCodeGrant(configuration, callbackUrl, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      let claims: Claims = tokens.claims()!;
      const { sub } = claims as { sub: string };
      // Many providers keep roles and names out of the ID token.
      const needed = [config.OIDC_ROLE_CLAIM, 'name', ...(config.OIDC_AGENT_ROLE ? [config.OIDC_AGENT_ID_CLAIM] : [])];
      const isWhole = needed.every((name) => readClaim(claims, name) !== undefined);
      if (!isWhole && configuration.serverMetadata().userinfo_endpoint)
        claims = { ...(await openid.fetchUserInfo(configuration, tokens.access_token, sub)), ...claims };
      const role = roleOf(claims, config);
      // A manager is known here only; an agent is the one whom the host application's tokens name.
      const [claim, id] =
        role === 'MANAGER'
          ? ['sub', PREFIX + sub]
          : [config.OIDC_AGENT_ID_CLAIM, readClaim(claims, config.OIDC_AGENT_ID_CLAIM)];
      if (!isUsableId(id)) throw forbidden(`The claim "${claim}" has no usable id.`);
      return { role, externalId: id, name: nameOf(claims) };
    },

    /** Where signing out goes on at the provider, where it offers that; without it the next sign-in would ask nothing. */
    async signOutUrl(returnTo: string): Promise<string | null> {
      const configuration = await provider().catch(() => undefined);
      if (!configuration?.serverMetadata().end_session_endpoint) return null;
      return openid.buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }).href;
    },
  };
}

type Claims = Readonly<Record<string, unknown>>;

/** Who is both is a manager. */
function roleOf(claims: Claims, { OIDC_ROLE_CLAIM, OIDC_MANAGER_ROLE, OIDC_AGENT_ROLE }: OidcConfig): DashboardRole {
  const told = [readClaim(claims, OIDC_ROLE_CLAIM)].flat();
  if (told.includes(OIDC_MANAGER_ROLE)) return 'MANAGER';
  if (OIDC_AGENT_ROLE !== undefined && told.includes(OIDC_AGENT_ROLE)) return 'AGENT';
  const wanted = [OIDC_MANAGER_ROLE, OIDC_AGENT_ROLE].filter((one) => one !== undefined).join('" or "');
  throw forbidden(`The claim "${OIDC_ROLE_CLAIM}" does not say "${wanted}".`);
}

/** What the server takes as `sub` of a token. */
const isUsableId = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id.length <= MAX_CLAIM_LENGTH && id.isWellFormed() && !id.includes('\0');

/** By its whole name, which may have dots in it; else from object to object. */
function readClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  const inner = (value: unknown, key: string) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  return name.split('.').reduce(inner, claims as unknown);
}

function nameOf({ name, preferred_username: handle }: Claims): string {
  const told = [name, handle].find((one): one is string => typeof one === 'string' && one.trim() !== '');
  return (told ?? 'No name').toWellFormed().replaceAll('\0', '').slice(0, MAX_CLAIM_LENGTH);
}
