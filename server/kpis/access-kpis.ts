import { forbidden } from '../errors.ts';
import { checkRange } from '../input.ts';
import type { Viewer } from '../participants/participant.ts';

const DEFAULT_WINDOW_MINUTES = 15;

/** The one door to the KPIs: who may see them, and of which window. */
export function accessKpis(viewer: Viewer, windowMinutes: number | null | undefined): number {
  if (viewer.role !== 'MANAGER') throw forbidden('Key figures are for managers.');
  return checkRange('windowMinutes', windowMinutes ?? DEFAULT_WINDOW_MINUTES, 1, 1_440);
}
