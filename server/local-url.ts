import type { Config } from './config.ts';

/** Where a browser on this machine finds a server that listens on `port`. */
export const localUrl = ({ HOST, TLS_CERT }: Pick<Config, 'HOST' | 'TLS_CERT'>, port: number): string =>
  `http${TLS_CERT ? 's' : ''}://${nameOf(HOST)}:${port}`;

/** What a browser on this machine would call it. */
const nameOf = (host: string) => (['127.0.0.1', '0.0.0.0', '::1', '::'].includes(host) ? 'localhost' : host);
