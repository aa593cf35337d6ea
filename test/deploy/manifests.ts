import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, parseAllDocuments } from 'yaml';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const schema = (name: string) => JSON.parse(read(`test/deploy/schemas/${name}.json`));

export type Env = Record<string, string>;

export const compose: any = parse(read('deploy/compose.yaml'), { merge: true });

/** Everything of deploy/kubernetes that is sent to a cluster, by its file. */
export const manifests: [file: string, manifest: any][] = globSync('deploy/kubernetes/{*,migrate/*}.yaml', {
  cwd: root,
})
  .filter((file) => !file.endsWith('/kustomization.yaml'))
  .flatMap((file) => parseAllDocuments(read(file)).map((document): [string, any] => [file, document.toJS()]));

export const manifest = (kind: string, name: string): any =>
  manifests.find(([, { kind: its, metadata }]) => its === kind && metadata.name === name)![1];

/** Why it is not what the schema wants; undefined when it is. */
export type Complaint = (value: unknown) => string | undefined;

export function composeSchema(): Complaint {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isValid = ajv.compile(schema('compose-spec'));
  return (value) => (isValid(value) ? undefined : ajv.errorsText(isValid.errors));
}

/** As strictly as `kubectl apply --validate=strict`: what is not in the schema is refused. */
export function kubernetesSchema(): Complaint {
  const { kinds, definitions } = schema('kubernetes');
  const ajv = new Ajv({ strict: false }).addSchema({ $id: 'kubernetes', definitions });
  return (value: any) => {
    const name = kinds[`${value.apiVersion} ${value.kind}`];
    if (!name) return `${value.apiVersion} ${value.kind} has no schema: see test/deploy/schemas`;
    return ajv.validate(`kubernetes#/definitions/${name}`, value) ? undefined : ajv.errorsText();
  };
}

/** What stands for what an operator puts into .env or into the secret. */
const secrets: Env = {
  DATABASE_URL: 'postgres://parley:secret@postgres/parley',
  REDIS_URL: 'redis://redis:6379',
  AUTH_SECRET: 'x'.repeat(32),
  POSTGRES_PASSWORD: 'secret',
  GRAFANA_PASSWORD: 'secret',
};

/** As Compose gives it to a service, with the defaults of .env. */
export function composeEnv(service: string): Env {
  const variable = /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g;
  const fill = (text: string) => text.replaceAll(variable, (_all, name, fallback) => fallback ?? secrets[name]!);
  return Object.fromEntries(
    Object.entries(compose.services[service].environment).map(([name, value]) => [name, fill(String(value))]),
  );
}

/** As a pod of this workload gets it. */
export function podEnv({ spec }: any): Env {
  const [{ env, envFrom }] = spec.template.spec.containers;
  const shared = envFrom ? parseEnv(read('deploy/kubernetes/parley.env')) : {};
  const own = env
    .filter(({ valueFrom }: any) => !valueFrom?.secretKeyRef.optional)
    .map(({ name, value, valueFrom }: any) => [name, value ?? secrets[valueFrom.secretKeyRef.key]]);
  return { ...shared, ...Object.fromEntries(own) };
}

export const parseEnv = (text: string): Env =>
  Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]));
