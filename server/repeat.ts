import { detached } from './telemetry/message-trace.ts';

/** Work that is done again and again, never twice at once: the next pause begins when the last run has ended. */
export type Repeating = { start(): void; stop(): Promise<void> };

type Options = {
  intervalMs: number;
  /** Pause before the first run. Default: as before every other. */
  firstAfterMs?: number;
  enabled: boolean;
  onError: (error: unknown) => void;
};

export function repeat(options: Options, work: () => Promise<void>): Repeating {
  const { intervalMs, firstAfterMs = intervalMs, enabled, onError } = options;
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

  function runAfter(ms: number) {
    if (!running) return;
    timer = setTimeout(() => {
      current = work()
        .catch(onError)
        .then(() => runAfter(intervalMs));
    }, ms);
  }

  return {
    start() {
      if (running || !enabled) return;
      running = true;
      detached(() => runAfter(firstAfterMs));
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await current;
    },
  };
}
