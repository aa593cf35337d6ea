import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPointWindow } from './point-window.ts';

const setUp = (points = 10) => {
  const clock = { time: 0, now: () => clock.time };
  return { clock, window: createPointWindow({ points, windowMs: 1_000 }, clock) };
};

describe('a window of points', () => {
  test('has so many for each key, and again in the next window', () => {
    const { clock, window } = setUp();
    clock.time = 300;
    assert.ok(window.spend('ada', 10));
    assert.ok(!window.spend('ada', 1));
    assert.ok(window.spend('ben', 1));
    assert.equal(window.msToNext(), 700);
    clock.time = 1_000;
    assert.ok(window.spend('ada', 1));
  });

  test('spends nothing on a refusal, and takes points back', () => {
    const { window } = setUp();
    assert.ok(window.spend('ada', 8));
    assert.ok(!window.spend('ada', 3));
    assert.ok(window.spend('ada', 2));
    window.charge('ada', -1);
    assert.ok(window.spend('ada', 1));
    window.charge('ada', -100);
    assert.ok(!window.spend('ada', 11), 'more than was spent is not given back');
    window.charge('ada', 25);
    assert.ok(!window.has('ada', 1));
  });

  test('tells what was spent, once, and of keys that are worth it only', () => {
    const { window } = setUp(100);
    window.spend('seldom', 4);
    window.spend('often', 5);
    assert.deepEqual([...window.takeUntold().spent], [['often', 5]]);
    assert.equal(window.takeUntold().spent.size, 0);
    window.spend('seldom', 1);
    window.spend('often', 2);
    assert.deepEqual([...window.takeUntold().spent].sort(), [
      ['often', 2],
      ['seldom', 5],
    ]);
  });

  test('remembers so many keys and no more', () => {
    const { window } = setUp(1);
    for (let n = 0; n <= 200_000; n++) window.spend(`address ${n}`, 1);
    assert.ok(window.has('address 0', 1), 'the oldest is forgotten');
    assert.ok(!window.has('address 1', 1));
    assert.ok(!window.has('address 200000', 1));
  });

  test('learns what others have spent, but not of a window that is over', () => {
    const { clock, window } = setUp(100);
    window.spend('ada', 10);
    const { window: told } = window.takeUntold();
    window.spend('ada', 5);
    window.learn(told, 'ada', 95);
    assert.ok(!window.has('ada', 1), '95 by all and 5 not told yet');
    clock.time = 1_000;
    window.spend('ada', 10);
    window.learn(told, 'ada', 95);
    assert.ok(window.has('ada', 90));
  });
});
