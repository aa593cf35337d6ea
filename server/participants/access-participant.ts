import type { Db, Tx } from '../db.ts';
import { forbidden, notFound } from '../errors.ts';
import { isStaff, type Participant, participantFields, type Viewer } from './participant.ts';

/**
 * The one door to what belongs to a participant alone: their sessions, their data, their deletion. For themselves and for
 * managers. Agents know that others exist, so they are told why not; to customers others' things do not exist (D8).
 */
export async function accessParticipant(db: Db | Tx, viewer: Viewer, id: string): Promise<Participant> {
  if (viewer.id !== id && !isStaff(viewer)) throw notFound('participant');
  const participant = await db.participant.findUnique({ where: { id }, select: participantFields });
  if (!participant) throw notFound('participant');
  if (viewer.id !== id && viewer.role !== 'MANAGER') throw forbidden('Only they themselves or a manager may do this.');
  return participant;
}
