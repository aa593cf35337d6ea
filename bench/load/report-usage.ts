import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Told, UsageOrder } from './usage.ts';

/* Imported into a server's process before everything else: says what it uses when it is asked, with garbage left out. */

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('message', (order: UsageOrder) => {
  if (order !== 'usage') return;
  const { user, system } = process.cpuUsage();
  collectGarbage();
  // What has finalizers is gone with the second.
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const usage = { inUseBytes: heapUsed + external, cpuSeconds: (user + system) / 1e6 };
  process.send!({ usage } satisfies Told);
});
// Whoever waits for orders is no reason to stay.
process.channel?.unref();
