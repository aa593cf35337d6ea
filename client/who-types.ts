/** The server ends "is typing" after 6 s, but says so on a way that may lose it; this ends it here, in ms. */
const TYPING_ENDS_MS = 8_000;

export interface WhoTypes {
  /** Somebody began, or ended. */
  heard(participantId: string, typing: boolean): void;
  stop(): void;
}

/** Ends what the server has forgotten to end. */
export function createWhoTypes(ended: (participantId: string) => void): WhoTypes {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  return {
    heard(participantId, typing) {
      clearTimeout(timers.get(participantId));
      if (typing)
        timers.set(
          participantId,
          setTimeout(() => ended(participantId), TYPING_ENDS_MS),
        );
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
