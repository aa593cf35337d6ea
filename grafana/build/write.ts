import { writeFile } from 'node:fs/promises';
import { dashboards, toJson } from './all.ts';

/** `npm run grafana`: writes grafana/dashboards/*.json. */
for (const { name, dashboard } of dashboards) {
  await writeFile(new URL(`../dashboards/${name}.json`, import.meta.url), toJson(dashboard));
}
