import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { type Config, ConfigError } from './config.ts';

/** Certificate and key to serve HTTPS with; undefined where a proxy does that, or nobody. */
export type Tls = { readonly cert: Buffer; readonly key: Buffer; readonly minVersion: 'TLSv1.2' };

export function readTlsFiles({ TLS_CERT, TLS_KEY }: Pick<Config, 'TLS_CERT' | 'TLS_KEY'>): Tls | undefined {
  if (!TLS_CERT && !TLS_KEY) return undefined;
  if (!TLS_CERT || !TLS_KEY) throw new ConfigError('TLS_CERT and TLS_KEY go together: give both, or neither.');
  const tls = { cert: read('TLS_CERT', TLS_CERT), key: read('TLS_KEY', TLS_KEY), minVersion: 'TLSv1.2' } as const;
  try {
    createSecureContext(tls);
  } catch {
    throw new ConfigError('TLS_CERT and TLS_KEY are no PEM certificate and the private key that belongs to it.');
  }
  return tls;
}

function read(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new ConfigError(`${name} is "${path}": the file cannot be read.`);
  }
}
