import { rewrite } from './stand-in.ts';

/** An outbox row counts as published when its publishing begins. */
rewrite('outbox/relay-outbox.ts', [
  [
    'await breaker.execute(() => send(job));',
    'published.push(job.id); deleteSoon(); await breaker.execute(() => send(job));',
  ],
]);
