import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node reduce.mjs FOLDER`: writes kubernetes.json from Kubernetes' published OpenAPI documents (FOLDER has api/v1.json and
 * apis/GROUP/VERSION.json): the kinds that deploy/kubernetes uses and what they refer to, without the descriptions, which are
 * most of it. Objects with properties are closed, as the API server's strict validation has it: a misspelt field is an error.
 */
const kinds = {
  'v1 Service': 'io.k8s.api.core.v1.Service',
  'apps/v1 Deployment': 'io.k8s.api.apps.v1.Deployment',
  'batch/v1 Job': 'io.k8s.api.batch.v1.Job',
  'autoscaling/v2 HorizontalPodAutoscaler': 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'policy/v1 PodDisruptionBudget': 'io.k8s.api.policy.v1.PodDisruptionBudget',
  'networking.k8s.io/v1 Ingress': 'io.k8s.api.networking.v1.Ingress',
  'networking.k8s.io/v1 NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
};
const folder = process.argv[2];
const PREFIX = '#/components/schemas/';
const definitions = {};
const noise = /^(description|default|format|x-kubernetes-.*)$/;

for (const [kind, name] of Object.entries(kinds)) {
  const [version] = kind.split(' ');
  const file = join(folder, version === 'v1' ? 'api/v1.json' : `apis/${version}.json`);
  take(name, JSON.parse(readFileSync(file, 'utf8')).components.schemas);
}

function take(name, schemas) {
  if (name in definitions) return;
  definitions[name] = {};
  definitions[name] = reduced(schemas[name], schemas);
}

function reduced(value, schemas) {
  if (Array.isArray(value)) return value.map((item) => reduced(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$ref === 'string') {
    const name = value.$ref.slice(PREFIX.length);
    take(name, schemas);
    return { $ref: `#/definitions/${name}` };
  }
  const result = {};
  for (const [key, one] of Object.entries(value)) {
    if (key === 'properties')
      result[key] = Object.fromEntries(Object.entries(one).map(([name, schema]) => [name, reduced(schema, schemas)]));
    else if (!noise.test(key)) result[key] = reduced(one, schemas);
  }
  if (value.type === 'object' && value.properties) result.additionalProperties = false;
  return result;
}

const lines = Object.entries(definitions).map(
  ([name, schema]) => `    ${JSON.stringify(name)}: ${JSON.stringify(schema)}`,
);
writeFileSync(
  new URL('kubernetes.json', import.meta.url),
  `{\n  "$comment": "From Kubernetes' OpenAPI documents, Apache-2.0; see README.md",\n  "kinds": ${JSON.stringify(kinds)},\n  "definitions": {\n${lines.join(',\n')}\n  }\n}\n`,
);
