import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { createClientAddress } from './client-address.ts';
import { ConfigError } from './config.ts';

const request = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;
const addressOf = (TRUST_PROXY: string | undefined, remote: string, forwarded?: string) =>
  createClientAddress({ TRUST_PROXY })(request(remote, forwarded));

describe('the address that a request counts for', () => {
  test('is the connection’s, whatever the request says of itself', () => {
    assert.equal(addressOf(undefined, '203.0.113.9'), '203.0.113.9');
    assert.equal(addressOf(undefined, '203.0.113.9', '198.51.100.1'), '203.0.113.9');
  });

  test('is what trusted proxies say, as many or whichever they are, and no further', () => {
    const forwarded = '192.0.2.66, 198.51.100.1, 10.0.0.2';
    assert.equal(addressOf('1', '10.0.0.1', '192.0.2.66, 198.51.100.1'), '198.51.100.1');
    assert.equal(addressOf('2', '10.0.0.1', forwarded), '198.51.100.1');
    assert.equal(addressOf('10.0.0.0/8', '10.0.0.1', forwarded), '198.51.100.1');
    assert.equal(addressOf('10.0.0.1,10.0.0.2', '10.0.0.1', forwarded), '198.51.100.1');
    assert.equal(addressOf('10.0.0.0/8', '203.0.113.9', forwarded), '203.0.113.9', 'not from elsewhere');
  });

  test('is an IPv6 network, and an IPv4 address however it is written', () => {
    assert.equal(addressOf(undefined, '2001:db8:1:2:aaaa:bbbb:cccc:dddd'), '2001:db8:1:2::/64');
    assert.equal(addressOf(undefined, '2001:DB8:1:2::1'), '2001:db8:1:2::/64');
    assert.equal(addressOf(undefined, '2001:0db8:1:3::1'), '2001:db8:1:3::/64');
    assert.equal(addressOf(undefined, 'fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.equal(addressOf(undefined, '::1'), '0:0:0:0::/64');
    assert.equal(addressOf(undefined, '::ffff:203.0.113.9'), '203.0.113.9');
  });

  test('needs proxies that can be', () => {
    for (const proxies of ['10.0.0.300', '1.2.3.4/99', ':::'])
      assert.throws(() => createClientAddress({ TRUST_PROXY: proxies }), ConfigError);
  });
});
