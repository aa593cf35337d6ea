import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceOf } from './record-session.ts';

const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148';

test('a device is what its browser says it is', () => {
  assert.deepEqual(deviceOf({ 'user-agent': iPhone }), { description: iPhone, platform: 'iOS' });
  assert.equal(deviceOf({ 'user-agent': 'Mozilla/5.0 (Linux; Android 16; Pixel 9)' }).platform, 'Android');
  assert.equal(deviceOf({ 'user-agent': 'x', 'sec-ch-ua-platform': '"Windows"' }).platform, 'Windows');
  assert.deepEqual(deviceOf({}), { description: null, platform: null });
});

test('unless it describes itself', () => {
  const described = { description: 'Till 7', platform: 'Kiosk' };
  assert.deepEqual(deviceOf({ 'user-agent': iPhone }, described), described);
  for (const rubbish of [null, 'x', 7, [], { description: 7, platform: {} }, { description: '', platform: '' }])
    assert.deepEqual(deviceOf({ 'user-agent': iPhone }, rubbish), { description: iPhone, platform: 'iOS' });
});

test('and whatever it says can be stored', () => {
  const { description } = deviceOf({}, { description: `${'x'.repeat(198)}\0😀😀` });
  assert.ok(description!.length <= 200 && description!.isWellFormed() && !description!.includes('\0'));
  assert.equal(deviceOf({}, { description: 'a\ud83d' }).description, 'a\ufffd');
});
