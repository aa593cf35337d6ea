import { createClient, type SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { TestServer } from './server.ts';

type Payload = { query: string; variables?: Record<string, unknown>; extensions?: Record<string, unknown> };

/** The whole answer, extensions included. */
export async function askOverHttp(server: TestServer, token: string, payload: Payload, headers = {}): Promise<any> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(payload),
  });
  return response.json();
}

export async function askOverSocket(server: TestServer, token: string, payload: Payload): Promise<any> {
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  try {
    return (await client.iterate(payload as SubscribePayload).next()).value;
  } finally {
    await client.dispose();
  }
}
