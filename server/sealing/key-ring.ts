import { createSecretKey, type KeyObject } from 'node:crypto';
import { ConfigError } from '../config.ts';
import { KEY_BYTES, openBytes, sealBytes } from './cipher.ts';

/**
 * The operator's keys (ENCRYPTION_KEYS). They seal nothing but the members' keys: the first one those that are made or
 * rewrapped now, the others those that were sealed with them before.
 */
export type KeyRing = {
  /** Name of the first. */
  readonly current: string;
  readonly names: ReadonlySet<string>;
  wrap(id: string, secret: Uint8Array): Buffer;
  unwrap(id: string, name: string, wrapped: Uint8Array): Buffer;
};

const entryShape = /^([\w-]{1,50}):([A-Za-z0-9+/_-]{43}=?)$/;

export function openKeyRing(setting: string): KeyRing {
  const keys = new Map<string, KeyObject>();
  for (const entry of setting.split(',')) {
    const [, name, encoded] = entryShape.exec(entry.trim()) ?? [];
    const secret = Buffer.from(encoded ?? '', 'base64');
    if (!name || secret.length !== KEY_BYTES)
      throw new ConfigError(
        'ENCRYPTION_KEYS must be NAME:KEY, or several, comma-separated; a key is 32 bytes in base64: openssl rand -base64 32',
      );
    if (keys.has(name)) throw new ConfigError(`ENCRYPTION_KEYS has two keys with the name "${name}". Rename one.`);
    keys.set(name, createSecretKey(secret));
  }
  const [current] = keys.keys();
  const keyOf = (name: string) => {
    const key = keys.get(name);
    if (!key) throw new ConfigError(`ENCRYPTION_KEYS lacks the key "${name}". Add it again.`);
    return key;
  };
  return {
    current: current!,
    names: new Set(keys.keys()),
    wrap: (id, secret) => sealBytes(keyOf(current!), placeOf(id), secret),
    unwrap: (id, name, wrapped) => openBytes(keyOf(name), placeOf(id), wrapped),
  };
}

const placeOf = (id: string) => `key ${id}`;
