import type { Sharing } from './share-tabs.ts';

/** Of the clients on one storage, one sends. It has the right while it has something to send and a connection. */
export interface SendingRight {
  readonly held: boolean;
  /** Resolves when the right was got, or given back while waiting: look at `held`. */
  acquire(): Promise<void>;
  release(): void;
}

/** @param elected What to do between getting the right and using it: others may have sent meanwhile. */
export function createSendingRight(sharing: Sharing | undefined, elected: () => Promise<void>): SendingRight {
  if (!sharing) return { held: true, acquire: async () => {}, release() {} };

  let pending: Promise<void> | undefined;
  let held = false;
  let giveUp = () => {};

  function elect({ elect }: Sharing): Promise<void> {
    return new Promise((resolve) => {
      let givenUp = false;
      const end = elect(async () => {
        await elected();
        if (!givenUp) held = true;
        resolve();
      });
      giveUp = () => {
        givenUp = true;
        end();
        resolve();
      };
    });
  }

  return {
    get held() {
      return held;
    },
    acquire() {
      pending ??= elect(sharing);
      return pending;
    },
    release() {
      held = false;
      pending = undefined;
      giveUp();
      giveUp = () => {};
    },
  };
}
