import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';

/** A frame of a subscription on its way to a client. */
export type Frame = { readonly id: string; readonly type: string; payload: { data?: Record<string, unknown> } };

/** What becomes of a frame: any number of frames, now or later. */
export type Tamper = (frame: Frame, send: (frame: Frame) => void) => void;

export type TamperingProxy = { readonly url: string; close(): Promise<void> };

/** A server between client and server that does to frames what Parley promises never happens to them. */
export async function startTamperingProxy(serverUrl: string, tamper: Tamper): Promise<TamperingProxy> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: ([first]) => first ?? false });
  server.on('connection', (client, { url }) => {
    const upstream = new WebSocket(`${serverUrl.replace('http', 'ws')}${url}`, client.protocol);
    const opened = once(upstream, 'open');
    client.on('message', (data) => void opened.then(() => upstream.send(String(data))));
    client.on('close', () => upstream.close());
    upstream.on('close', (code, reason) => client.close(code === 1005 || code === 1006 ? 1011 : code, reason));
    upstream.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      const send = (changed: Frame) => client.send(JSON.stringify(changed));
      if (frame.type === 'next') tamper(frame, send);
      else send(frame);
    });
  });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}
