import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import proxyAddress from 'proxy-addr';
import { type Config, ConfigError } from './config.ts';

/**
 * Whom a connection counts for. What stands in X-Forwarded-For anybody can write, so only what trusted proxies have added
 * (TRUST_PROXY) is believed. An IPv6 address counts by its network: a household has 2^64 of them.
 */
export type ClientAddress = (request: IncomingMessage) => string;

export function createClientAddress({ TRUST_PROXY }: Pick<Config, 'TRUST_PROXY'>): ClientAddress {
  const trust = trusted(TRUST_PROXY);
  return (request) => network(proxyAddress(request, trust) ?? '');
}

function trusted(proxies: string | undefined): (address: string, hop: number) => boolean {
  if (proxies === undefined) return () => false;
  if (/^\d+$/.test(proxies)) return (_address, hop) => hop < Number(proxies);
  try {
    return proxyAddress.compile(proxies.split(','));
  } catch {
    throw new ConfigError(
      `TRUST_PROXY is "${proxies}": must be the number of proxies in front, or their addresses. Change it or leave it out.`,
    );
  }
}

function network(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice('::ffff:'.length);
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === '' ? [] : tail.split(':');
  const all = address.includes('::')
    ? [...groups, ...Array(8 - groups.length - rest.length).fill('0'), ...rest]
    : groups;
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
