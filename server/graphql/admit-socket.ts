import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { hasTokenInUrl } from '../token-in-url.ts';
import type { App } from './app-parts.ts';
import type { Gate } from './gate.ts';

/** A socket's place among the others, of its address and of those not authenticated yet. */
export type SocketPlace = {
  /** Tells the sockets of this process apart. */
  readonly id: string;
  readonly address: string;
  /** It has said who it is: no longer among the unauthenticated ones. */
  authenticated(): void;
  leave(): void;
};

/** How long who was refused for want of room should wait, in seconds. */
const RETRY_AFTER_S = 5;

let lastId = 0;

/**
 * Decides on an upgrade before a WebSocket comes of it: a refusal here costs one line of HTTP. Clients take it for a lost
 * connection, and come back after their back-off. Undefined: refused, and answered.
 */
export function admitSocket(
  { limits }: Pick<App, 'limits'>,
  { addressOf, origins }: Gate,
  request: IncomingMessage,
  stream: Duplex,
): SocketPlace | undefined {
  const { url } = request;
  if (url?.split('?')[0] !== '/graphql') return refuse(stream, '404 Not Found');
  if (hasTokenInUrl(url)) return refuse(stream, '400 Bad Request');
  if (!origins.allows(request)) return refuse(stream, '403 Forbidden');

  const address = addressOf(request);
  const leaving: (() => void)[] = [];
  const enter = (stock: Parameters<typeof limits.open.enter>[0], key: string) => {
    const leave = limits.open.enter(stock, key);
    if (leave) leaving.push(leave);
    return leave;
  };
  const leave = () => {
    for (const one of leaving) one();
  };
  const unauthenticated = enter('sockets_per_address', address) && [
    enter('unauthenticated_sockets_per_address', address),
    enter('unauthenticated_sockets', 'all'),
  ];
  if (!unauthenticated?.every(Boolean)) {
    leave();
    return refuse(stream, `429 Too Many Requests\r\nretry-after: ${RETRY_AFTER_S}`);
  }
  return {
    id: String(++lastId),
    address,
    authenticated() {
      for (const one of unauthenticated) one?.();
    },
    leave,
  };
}

function refuse(stream: Duplex, status: string): undefined {
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => stream.destroy());
}
