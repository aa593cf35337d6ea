import { createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { openBytes, sealBytes } from '../server/sealing/cipher.ts';
import { openKeyRing } from '../server/sealing/key-ring.ts';

/* What encryption at rest costs a message on this machine: `npm run sealing-cost`. `npm run bench -- --only safety` has the rest. */

const ROUNDS = 50_000;
const key = createSecretKey(randomBytes(32));
const id = randomUUID();

/** Microseconds of one call, of the best of five rounds: what else the machine did is no cost of ours. */
function micros(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    for (let i = 0; i < ROUNDS / 5; i++) work();
    best = Math.min(best, ((performance.now() - started) * 1_000) / (ROUNDS / 5));
  }
  return best;
}

console.log('characters   seal   open   plain → sealed bytes');
for (const characters of [20, 200, 2_000]) {
  const text = 'x'.repeat(characters);
  const sealed = sealBytes(key, id, text).toString('base64');
  const row = [
    micros(() => sealBytes(key, id, text).toString('base64')),
    micros(() => openBytes(key, id, Buffer.from(sealed, 'base64')).toString()),
  ].map((us) => `${us.toFixed(1)} µs`);
  console.log(`${String(characters).padStart(10)} ${row.join(' ')}   ${characters} → ${sealed.length + 16}`);
}
const ring = openKeyRing(`cost:${randomBytes(32).toString('base64')}`);
const wrapped = ring.wrap(id, randomBytes(32));
const unwrap = micros(() => {
  const secret = createSecretKey(ring.unwrap(id, 'cost', wrapped));
  createSecretKey(createHmac('sha256', secret).update('parley fingerprint').digest());
});
console.log(`a member's key, once per process and conversation: ${unwrap.toFixed(1)} µs`);
