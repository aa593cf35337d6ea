import { database } from './database.ts';
import { delivery } from './delivery.ts';
import { service } from './service.ts';
import { slos } from './slos.ts';
import { support } from './support.ts';

export const dashboards = [delivery, support, service, database, slos];

/** As Grafana's own export would look. */
export const toJson = (dashboard: unknown) => `${JSON.stringify(dashboard, null, 2)}\n`;
