import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChatError } from './errors.ts';
import { createWriteGroups, LOCKED, type LockWait, type WriteGroupsOptions } from './write-groups.ts';

type Statement = {
  items: string[];
  wait: LockWait;
  /** Writes all but those named. */
  succeed: (...locked: string[]) => void;
  fail: (error: unknown) => void;
};

const lockTimeout = () => Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });

/** A store that answers when the test says so. */
function setUp(options: Partial<WriteGroupsOptions<string, string>> = {}) {
  const statements: Statement[] = [];
  const groups = createWriteGroups<string, string>({
    maxGroup: 10,
    inFlight: 2,
    maxQueued: 100,
    maxWaitMs: 60_000,
    keyOf: (item) => item,
    scopeOf: (item) => item[0]!,
    isWorthRepeating: (error) => error === 'race',
    write: (items, wait) =>
      new Promise((resolve, reject) => {
        const copy = [...items];
        statements.push({
          items: copy,
          wait,
          succeed: (...locked) => resolve(copy.map((item) => (locked.includes(item) ? LOCKED : `${item}!`))),
          fail: reject,
        });
      }),
    ...options,
  });
  /** The nth statement, as soon as it runs. */
  async function statement(n: number): Promise<Statement> {
    for (let turn = 0; turn < 100 && statements.length <= n; turn++) await new Promise(setImmediate);
    assert.ok(statements[n], `statement ${n} never ran`);
    return statements[n];
  }
  return { groups, statements, statement };
}

describe('grouped writes', () => {
  test('a write alone runs at once', async () => {
    const { groups, statements } = setUp();
    const result = groups.write('a');
    assert.deepEqual(
      statements.map(({ items }) => items),
      [['a']],
    );
    statements[0]!.succeed();
    assert.equal(await result, 'a!');
  });

  test('what comes while the statements in flight run becomes the next one, in order, each with its own answer', async () => {
    const { groups, statements, statement } = setUp();
    const results = ['a', 'b', 'c', 'd', 'e'].map((item) => groups.write(item));
    assert.deepEqual(
      statements.map(({ items }) => items),
      [['a'], ['b']],
    );
    statements[1]!.succeed();
    assert.deepEqual((await statement(2)).items, ['c', 'd', 'e']);
    for (const { succeed } of statements) succeed();
    assert.deepEqual(await Promise.all(results), ['a!', 'b!', 'c!', 'd!', 'e!']);
  });

  test('a group has at most maxGroup', async () => {
    const { groups, statement } = setUp({ inFlight: 1, maxGroup: 2 });
    const results = ['a', 'b', 'c', 'd'].map((item) => groups.write(item));
    for (const [n, items] of [['a'], ['b', 'c'], ['d']].entries()) {
      const running = await statement(n);
      assert.deepEqual(running.items, items);
      running.succeed();
    }
    await Promise.all(results);
  });

  test('two with one key never share a group', async () => {
    const { groups, statement } = setUp({ inFlight: 1, keyOf: (item) => item[0]! });
    const results = ['x', 'a1', 'a2', 'b', 'a3'].map((item) => groups.write(item));
    for (const [n, items] of [['x'], ['a1', 'b'], ['a2'], ['a3']].entries()) {
      const running = await statement(n);
      assert.deepEqual(running.items, items);
      running.succeed();
    }
    assert.deepEqual(await Promise.all(results), ['x!', 'a1!', 'a2!', 'b!', 'a3!']);
  });

  test('when a group fails its members are tried singly: one bad row harms nobody', async () => {
    const { groups, statement } = setUp({ inFlight: 1 });
    const results = Promise.allSettled(['x', 'a', 'bad', 'c'].map((item) => groups.write(item)));
    (await statement(0)).succeed();
    (await statement(1)).fail(new Error('the group'));
    (await statement(2)).succeed();
    (await statement(3)).fail(new Error('only this one'));
    (await statement(4)).succeed();
    const [x, a, bad, c] = await results;
    assert.deepEqual(
      [x, a, c].map((each) => each?.status === 'fulfilled' && each.value),
      ['x!', 'a!', 'c!'],
    );
    assert.ok(bad?.status === 'rejected' && /only this one/.test(String(bad.reason)));
  });

  test('a lost race is run again, but not for ever', async () => {
    const { groups, statements, statement } = setUp();
    const won = groups.write('a');
    for (const n of [0, 1, 2]) (await statement(n)).fail('race');
    (await statement(3)).succeed();
    assert.equal(await won, 'a!');

    const lost = groups.write('b');
    const outcome = assert.rejects(lost, (error) => error === 'race');
    const before = statements.length;
    for (let n = 0; n < 6; n++) (await statement(before - 1 + n)).fail('race');
    await outcome;
    assert.equal(statements.length, before + 5);
  });

  test('a database that is away fails the whole group at once: trying singly would only take longer', async () => {
    const { groups, statements, statement } = setUp({ inFlight: 1 });
    const results = ['a', 'b', 'c'].map((item) => groups.write(item));
    (await statement(0)).succeed();
    const away = Object.assign(new Error('connection terminated'), { code: '57P01' });
    (await statement(1)).fail(away);
    const settled = await Promise.allSettled(results);
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    assert.equal(statements.length, 2);
  });

  test('after a failure the next ones run', async () => {
    const { groups, statement } = setUp({ inFlight: 1 });
    const failing = assert.rejects(groups.write('a'), /no/);
    const next = groups.write('b');
    (await statement(0)).fail(new Error('no'));
    (await statement(1)).fail(new Error('no'));
    await failing;
    (await statement(2)).succeed();
    assert.equal(await next, 'b!');
  });

  test('more than maxQueued waiting is refused: memory is bounded, and so is the wait', async () => {
    const { groups, statements, statement } = setUp({ inFlight: 1, maxQueued: 2 });
    const accepted = ['a', 'b', 'c'].map((item) => groups.write(item));
    await assert.rejects(groups.write('d'), (error) => error instanceof ChatError && error.code === 'UNAVAILABLE');
    statements[0]!.succeed();
    (await statement(1)).succeed();
    await Promise.all(accepted);
    const again = groups.write('d');
    (await statement(2)).succeed();
    assert.equal(await again, 'd!');
  });

  test('one lock held for long: the others are written without it, and only its own scope waits', async () => {
    const { groups, statements, statement } = setUp({ inFlight: 1 });
    const results = ['x1', 'a1', 'b1', 'a2'].map((item) => groups.write(item));
    statements[0]!.succeed();
    assert.equal((await statement(1)).wait, 'briefly');
    statements[1]!.fail(lockTimeout());
    const without = await statement(2);
    assert.deepEqual([without.items, without.wait], [['a1', 'b1', 'a2'], 'never']);
    without.succeed('a1', 'a2');
    assert.equal(await results[2], 'b1!');
    const lane = await statement(3);
    assert.deepEqual([lane.items, lane.wait], [['a1', 'a2'], 'long']);

    // Neighbours go on meanwhile; what comes later for the same scope waits with it.
    const [later, neighbour] = [groups.write('a3'), groups.write('c1')];
    const next = await statement(4);
    assert.deepEqual([next.items, next.wait], [['c1'], 'briefly']);
    next.succeed();
    assert.equal(await neighbour, 'c1!');
    lane.succeed();
    (await statement(5)).succeed();
    assert.deepEqual([await results[1], await results[3], await later], ['a1!', 'a2!', 'a3!']);

    // Free again, it shares a group again.
    const again = groups.write('a4');
    assert.equal((await statement(6)).wait, 'briefly');
    statements[6]!.succeed();
    assert.equal(await again, 'a4!');
  });

  test('a lane that waits in vain fails whole: nobody waits twice', async () => {
    const { groups, statements, statement } = setUp({ inFlight: 1 });
    const first = groups.write('a1');
    statements[0]!.fail(lockTimeout());
    const lane = await statement(1);
    assert.deepEqual([lane.items, lane.wait], [['a1'], 'long']);
    const results = Promise.allSettled([first, groups.write('a2')]);
    lane.fail(lockTimeout());
    assert.deepEqual(
      (await results).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(statements.length, 2);
  });

  test('many locks held for long take few connections, and the last in line is told in time', async () => {
    const { groups, statements, statement } = setUp({ inFlight: 1, maxWaitMs: -1 });
    const results = ['x1', 'a1', 'b1', 'c1', 'd1'].map((item) => groups.write(item));
    statements[0]!.succeed();
    (await statement(1)).fail(lockTimeout());
    (await statement(2)).succeed('a1', 'b1', 'c1', 'd1');
    const settled = await Promise.allSettled(results);
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'rejected', 'rejected'],
    );
    assert.equal(statements.length, 3, 'it had waited too long already');
  });
});
