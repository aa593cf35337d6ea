import { setTimeout as sleep } from 'node:timers/promises';

/** What practised people do: typing 60 words a minute, reading four times as fast as that again. */
const TYPED_CHARACTERS_PER_SECOND = 5;
const READ_CHARACTERS_PER_SECOND = 25;
const MIN_MS = 800;
const MAX_MS = 60_000;

export type Tempo = {
  /** Whether there is anything to wait for at all. */
  readonly unhurried: boolean;
  read(characters: number, signal: AbortSignal): Promise<void>;
  type(characters: number, signal: AbortSignal): Promise<void>;
};

/** speed 1: as people do; 10: ten times that; 0: as fast as the server goes. */
export function humanTempo(speed: number): Tempo {
  const pause = async (characters: number, perSecond: number, signal: AbortSignal) => {
    if (speed <= 0) return;
    const ms = Math.min(Math.max((characters / perSecond) * 1000, MIN_MS), MAX_MS);
    await sleep(ms / speed, undefined, { signal });
  };
  return {
    unhurried: speed > 0,
    read: (characters, signal) => pause(characters, READ_CHARACTERS_PER_SECOND, signal),
    type: (characters, signal) => pause(characters, TYPED_CHARACTERS_PER_SECOND, signal),
  };
}
