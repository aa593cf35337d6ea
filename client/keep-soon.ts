/** How soon what has changed is put into the cache, in ms: a page may be gone a moment later … */
const AFTER_MS = 200;
/** … and how often while it goes on changing, in ms. What a crash loses in between the server has. */
const EVERY_MS = 2_000;

export interface KeepSoon {
  /** Something has changed. */
  ask(): void;
  cancel(): void;
}

export function createKeepSoon(keep: () => void): KeepSoon {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let keptAt = 0;
  return {
    ask() {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          keptAt = Date.now();
          keep();
        },
        Math.max(AFTER_MS, keptAt + EVERY_MS - Date.now()),
      );
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
