import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** A certified OpenID provider in this process, where somebody is signed in without being asked. */
export type OpenIdProvider = {
  readonly issuer: string;
  /** Registers a Parley, once; before, it answers nothing but 503. */
  register(client: { id: string; secret: string; url: string }): void;
  /** Who comes by next, with what is known of them; null: they decline. */
  person: { sub: string; claims: Record<string, unknown> } | null;
  /** Everything that was asked of its addresses, in order. */
  readonly asked: URL[];
  stop(): Promise<void>;
};

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  let answer: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider: OpenIdProvider = {
    issuer,
    person: null,
    asked: [],
    register({ id, secret, url }) {
      const made = new Provider(issuer, {
        clients: [
          {
            client_id: id,
            client_secret: secret,
            redirect_uris: [`${url}/auth/oidc/callback`],
            post_logout_redirect_uris: [`${url}/sign-in`],
          },
        ],
        cookies: { keys: ['for tests'] },
        pkce: { required: () => true },
        claims: { openid: ['sub'], profile: ['name', 'role', 'realm_access'] },
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
        findAccount: (_ctx, sub) => ({
          accountId: sub,
          claims: async () => ({ sub, ...provider.person?.claims }),
        }),
      });
      const handle = made.callback();
      answer = async (request, response) => {
        provider.asked.push(new URL(request.url!, issuer));
        if (!request.url!.startsWith('/interaction/')) return handle(request, response);
        const { params } = await made.interactionDetails(request, response);
        if (!provider.person) return made.interactionFinished(request, response, { error: 'access_denied' });
        const grant = new made.Grant({ accountId: provider.person.sub, clientId: String(params.client_id) });
        grant.addOIDCScope(String(params.scope));
        const result = { login: { accountId: provider.person.sub }, consent: { grantId: await grant.save() } };
        await made.interactionFinished(request, response, result);
      };
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return provider;
}
