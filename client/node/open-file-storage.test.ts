import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openFileStorage } from './index.ts';

const folder = await mkdtemp(join(tmpdir(), 'parley-client-'));
after(() => rm(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `queue-${++files}`);
const map = (values: Record<string, unknown>) => new Map(Object.entries(values));

test('what was saved is there after closing and opening again, and what was removed is not', async () => {
  const path = newPath();
  const first = await openFileStorage(path);
  await first.save(map({ 'queue/a': { n: 1 }, 'queue/b': 2, 'cache/c': ['ü', null] }));
  await first.save(map({ 'queue/b': undefined, 'queue/d': 4 }));
  await first.close();
  const second = await openFileStorage(path);
  assert.deepEqual(await second.load('queue/'), map({ 'queue/a': { n: 1 }, 'queue/d': 4 }));
  assert.deepEqual(await second.load('cache/'), map({ 'cache/c': ['ü', null] }));
  await second.close();
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('lock') || name.includes('new')),
    [],
  );
});

test('a log that a crash has cut off at any byte holds every change before the cut, whole', async () => {
  const path = newPath();
  const storage = await openFileStorage(path);
  const sizes: number[] = [];
  for (let n = 0; n < 2; n++) {
    await storage.save(map({ [`a${n}`]: 'ü', [`b${n}`]: n }));
    sizes.push((await stat(path)).size);
  }
  await storage.close();
  const whole = await readFile(path);
  for (let cut = 0; cut <= whole.length; cut++) {
    const torn = newPath();
    await writeFile(torn, whole.subarray(0, cut));
    const opened = await openFileStorage(torn);
    const complete = sizes.filter((size) => size <= cut).length;
    assert.equal((await opened.load('')).size, 2 * complete, `cut at byte ${cut}`);
    await opened.save(map({ later: true }));
    await opened.close();
    const again = await openFileStorage(torn);
    assert.equal((await again.load('later')).size, 1, 'what is written after a torn line is read');
    await again.close();
  }
});

test('the log is written anew when most of it is history', async () => {
  const path = newPath();
  const storage = await openFileStorage(path);
  for (let n = 0; n < 30; n++) await storage.save(map({ same: 'x'.repeat(100_000) + n }));
  assert.ok((await stat(path)).size < 1_400_000);
  await storage.close();
  const again = await openFileStorage(path);
  assert.equal(String((await again.load('same')).get('same')).slice(-2), '29');
  await again.close();
});

test('one client at a time: a second one is refused, in this process and from another, until the first has closed', async () => {
  const path = newPath();
  const storage = await openFileStorage(path);
  await assert.rejects(openFileStorage(path), {
    code: 'STORAGE_IN_USE',
    message: new RegExp(`process ${process.pid}`),
  });
  assert.match(await openElsewhere(path), /STORAGE_IN_USE/);
  await storage.close();
  assert.equal(await openElsewhere(path), 'opened\n');
});

test('the lock of a process that was killed is taken over, by one of those who try', async () => {
  const path = newPath();
  const holder = startElsewhere(path, 'await new Promise(() => {}); ');
  await once(holder.stdout!, 'data');
  await assert.rejects(openFileStorage(path), { code: 'STORAGE_IN_USE' });
  holder.kill('SIGKILL');
  await once(holder, 'close');
  const tries = await Promise.allSettled([openFileStorage(path), openFileStorage(path), openFileStorage(path)]);
  const got = tries.filter((result) => result.status === 'fulfilled');
  assert.equal(got.length, 1);
  await got[0]!.value.close();
});

test('a lock file that says nothing, and one of a process id that has come back, count as left behind', async () => {
  for (const left of ['', `{"pid":${process.pid},"started":"1"}`]) {
    const path = newPath();
    await appendFile(`${path}.lock`, left);
    await (await openFileStorage(path)).close();
  }
});

function startElsewhere(path: string, then = '') {
  const code = `const { openFileStorage } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
    const kept = await openFileStorage(${JSON.stringify(path)}).catch((error) => console.log(error.code));
    if (kept) { console.log('opened'); const alive = setInterval(() => {}, 1000); ${then} await kept.close(); clearInterval(alive); }`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function openElsewhere(path: string): Promise<string> {
  const child = startElsewhere(path);
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  await once(child, 'close');
  return said;
}
