import { randomUUID } from 'node:crypto';
import type { Tx } from '../db.ts';
import { DELETED_NAME } from './participant.ts';
import { refuseOlderTokens } from './revoke-participant.ts';

/** Of somebody who is deleted: what the table erasure begins with. */
export type Ending = {
  readonly identity: Uint8Array<ArrayBuffer>;
  readonly requestedAt: Date;
  readonly requestedById: string;
  /** Tokens from before are refused. Default: all that can be about by now. */
  readonly tokensValidFrom?: Date;
};

/** The person ends here: name, external id, sessions and presence. What they wrote is erased from then on. */
export async function endPerson(tx: Tx, id: string, { tokensValidFrom, ...ending }: Ending): Promise<void> {
  // The row's lock decides between two who ask at once; it also waits for whatever is being written in their name.
  const ended = await tx.participant.updateMany({
    where: { id, deletedAt: null },
    data: {
      externalId: `deleted:${randomUUID()}`,
      name: DELETED_NAME,
      deletedAt: ending.requestedAt,
      lastSeenAt: null,
    },
  });
  if (ended.count === 0) return;
  if (tokensValidFrom) await tx.participant.update({ where: { id }, data: { tokensValidFrom }, select: { id: true } });
  else await refuseOlderTokens(tx, id);
  await tx.erasure.create({ data: { participantId: id, ...ending }, select: { participantId: true } });
  await tx.session.deleteMany({ where: { participantId: id } });
  await tx.presence.deleteMany({ where: { participantId: id } });
}
