import { detached } from '../telemetry/message-trace.ts';
import type { Admit } from './admit.ts';
import { isUnauthenticated } from './admit.ts';
import type { Authenticate, Authenticated } from './authenticate.ts';
import type { Device } from './device.ts';
import { createSocketIdentity, type SocketIdentity } from './socket-identity.ts';

/**
 * The open sockets of this process by their owners, so that one whose owner is revoked or deleted, or whose session is ended,
 * is closed at that moment (4403), whatever it is in the middle of.
 */
export type OpenSockets = {
  open(first: Authenticated, socket: { device: Device; close: Close }): SocketIdentity;
  /** Something about this participant changed: looks again at what let each of their sockets in. */
  recheck(participantId: string): Promise<void>;
};
type Close = (code: number, reason: string) => void;

/** Who signs out on this very socket hears the answer first. */
const LAST_WORD_MS = 100;

export function createOpenSockets({ authenticate, admit }: { authenticate: Authenticate; admit: Admit }): OpenSockets {
  const byOwner = new Map<string, Set<SocketIdentity>>();

  return {
    open(first, { device, close }) {
      const owner = first.viewer.id;
      const identity = createSocketIdentity(first, { authenticate, device, close, onEnd: forget });
      const sockets = byOwner.get(owner) ?? new Set();
      byOwner.set(owner, sockets.add(identity));
      function forget() {
        sockets.delete(identity);
        if (sockets.size === 0) byOwner.delete(owner);
      }
      return identity;
    },
    async recheck(participantId) {
      for (const identity of byOwner.get(participantId) ?? []) {
        try {
          await admit(identity.grant);
        } catch (error) {
          if (!isUnauthenticated(error)) throw error;
          detached(() => setTimeout(() => identity.close(4403, 'Signed out'), LAST_WORD_MS));
        }
      }
    },
  };
}
