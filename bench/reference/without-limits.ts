import { limitsOff } from '../load/limits-off.ts';
import { replaceSource } from './replace-source.ts';

/* Imported into Parley's process before everything else: limits are not kept there, and nobody is shut out. */
replaceSource(limitsOff);
