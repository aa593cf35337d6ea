import { ParleyError } from '../../client/index.ts';

/** The server's own endpoints for sign-in: JSON in, JSON out, the session in a cookie that scripts cannot read. */
export async function postJson<T>(path: string, body: object = {}): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new ParleyError('NETWORK', 'The server cannot be reached.');
  });
  const answer = (await response.json().catch(() => ({}))) as T & { error?: { message?: string } };
  if (response.ok) return answer;
  const message = answer.error?.message ?? `The server answered with status ${response.status}.`;
  throw new ParleyError(response.status === 401 ? 'UNAUTHENTICATED' : 'UNAVAILABLE', message);
}

/** Who may use the dashboard. Which page for whom: shell/pages.ts. What they may do is the server's to say. */
export type DashboardRole = 'MANAGER' | 'AGENT';

/** A short-lived token for /graphql, for as long as the session's cookie is good. */
export const fetchToken = () => postJson<{ token: string; role: DashboardRole }>('/auth/token');
