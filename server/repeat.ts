import { detached } from './telemetry/message-trace.ts';

/** Work that is done again and again, never twice at once: the next pause begins when the last run has ended. */
export type Repeating = { start(): void; stop(): Promise<void> };

type Options = { intervalMs: number; enabled: boolean; onError: (error: unknown) => void };

export function repeat({ intervalMs, enabled, onError }: Options, work: () => Promise<void>): Repeating {
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

  function runLater() {
    if (!running) return;
    timer = setTimeout(() => {
      current = work().catch(onError).then(runLater);
    }, intervalMs);
  }

  return {
    start() {
      if (running || !enabled) return;
      running = true;
      detached(runLater);
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await current;
    },
  };
}
