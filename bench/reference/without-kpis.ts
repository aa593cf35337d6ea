import { kpisOff } from '../load/kpis-off.ts';
import { replaceSource } from './replace-source.ts';

/* Imported into Parley's process before everything else: no key figure is measured there. */
replaceSource(kpisOff);
