/** How often "still typing" is repeated, in ms: half of the server's six seconds, so that one lost signal is not seen. */
const REPEAT_MS = 3_000;
/** After this long without a keystroke, in ms, the typing has stopped. */
const PAUSE_MS = 5_000;

export interface TypingSignal {
  /** Call at each keystroke with true; with false when the field is emptied or the message is sent. */
  set(typing: boolean): void;
}

export function createTypingSignal(tell: (typing: boolean) => void): TypingSignal {
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    if (toldAt === Number.NEGATIVE_INFINITY) return;
    toldAt = Number.NEGATIVE_INFINITY;
    tell(false);
  }

  return {
    set(typing) {
      if (!typing) {
        stop();
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(stop, PAUSE_MS);
      if (Date.now() - toldAt < REPEAT_MS) return;
      toldAt = Date.now();
      tell(true);
    },
  };
}
