import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceOf } from './device.ts';

const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148';

test('a device is what its browser says it is', () => {
  const nothing = { description: null, platform: null, locale: null, timeZone: null, location: null };
  assert.deepEqual(deviceOf({ 'user-agent': iPhone }), { ...nothing, description: iPhone, platform: 'iOS' });
  assert.equal(deviceOf({ 'user-agent': 'Mozilla/5.0 (Linux; Android 16; Pixel 9)' }).platform, 'Android');
  assert.equal(deviceOf({ 'user-agent': 'x', 'sec-ch-ua-platform': '"Windows"' }).platform, 'Windows');
  assert.deepEqual(deviceOf({}), nothing);
});

test('unless it describes itself', () => {
  const described = { description: 'Till 7', platform: 'Kiosk', locale: 'da-DK', timeZone: 'Europe/Copenhagen' };
  assert.deepEqual(deviceOf({ 'user-agent': iPhone, 'accept-language': 'en' }, described), {
    ...described,
    location: null,
  });
  const rubbish = [
    null,
    'x',
    7,
    [],
    { description: 7, platform: {}, locale: 7, timeZone: [] },
    { description: '', platform: '', locale: 'x y', timeZone: 'Mars/Olympus' },
  ];
  for (const words of rubbish)
    assert.deepEqual(deviceOf({ 'user-agent': iPhone }, words), {
      description: iPhone,
      platform: 'iOS',
      locale: null,
      timeZone: null,
      location: null,
    });
});

test('its language is the first it asks for, if that is one', () => {
  assert.equal(deviceOf({ 'accept-language': 'de-CH,de;q=0.9,en;q=0.5' }).locale, 'de-CH');
  assert.equal(deviceOf({ 'accept-language': 'zh-Hant-TW' }).locale, 'zh-Hant-TW');
  assert.equal(deviceOf({ 'accept-language': '*' }).locale, null);
});

test('where it is says a proxy, if one was named, and nobody else', () => {
  const headers = { 'cf-ipcountry': 'DK', 'x-country': 'FR' };
  assert.equal(deviceOf(headers, { location: 'SE' }).location, null);
  assert.equal(deviceOf(headers, undefined, 'cf-ipcountry').location, 'DK');
  assert.equal(deviceOf({}, undefined, 'cf-ipcountry').location, null);
});

test('and whatever it says can be stored', () => {
  const { description } = deviceOf({}, { description: `${'x'.repeat(198)}\0😀😀` });
  assert.ok(description!.length <= 200 && description!.isWellFormed() && !description!.includes('\0'));
  assert.equal(deviceOf({}, { description: 'a\ud83d' }).description, 'a\ufffd');
});
