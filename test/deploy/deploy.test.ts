import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { jaegerVersion } from '../../scripts/jaeger-binary.mjs';
import { describeConfig, loadConfig, loadRelayConfig, readConfig } from '../../server/config.ts';
import {
  compose,
  composeEnv,
  composeSchema,
  kubernetesSchema,
  manifest,
  manifests,
  parseEnv,
  podEnv,
  read,
  root,
} from './manifests.ts';

const run = promisify(execFile);
const settings = new Set(describeConfig().map(({ name }) => name));
/** OpenTelemetry's own. */
const isKnown = (name: string) => settings.has(name) || /^OTEL_(SERVICE_NAME|EXPORTER_OTLP_ENDPOINT)$/.test(name);
const exists = (path: string) => assert.ok(existsSync(join(root, path)), `${path} does not exist`);

const api = manifest('Deployment', 'parley-api');
const relay = manifest('Deployment', 'parley-relay');
const migration = manifest('Job', 'parley-migrate');
const container = ({ spec }: any) => spec.template.spec.containers[0];

describe('the Compose file', () => {
  test('is one by the specification’s schema, which would see a slip', () => {
    const complaint = composeSchema();
    assert.equal(complaint(compose), undefined);
    const slip = structuredClone(compose);
    slip.services.api.enviroment = {};
    assert.match(complaint(slip)!, /unevaluated properties/);
  });

  test('mounts what is there, and names no variable that .env does not', () => {
    const volumes = Object.values<any>(compose.services).flatMap(({ volumes = [] }) => volumes as string[]);
    const named = Object.keys(compose.volumes);
    for (const source of volumes.map((volume) => volume.split(':')[0]!))
      if (!named.includes(source)) exists(normalize(`deploy/${source}`));
    const offered = Object.keys(parseEnv(read('deploy/.env.example')));
    const asked = [...read('deploy/compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!);
    assert.deepEqual([...new Set(asked)].sort(), offered.sort());
  });

  test('has the Jaeger that is tested', () => {
    assert.equal(compose.services.jaeger.image, `jaegertracing/all-in-one:${jaegerVersion}`);
  });
});

describe('the Kubernetes manifests', () => {
  test('are such by Kubernetes’ own schemas, which would see a slip', () => {
    const complaint = kubernetesSchema();
    for (const [file, one] of manifests) assert.equal(complaint(one), undefined, `${file}: ${one.kind}`);
    const slips: ((broken: any) => void)[] = [
      (broken) => (broken.spec.template.spec.containers[0].prots = []),
      (broken) => (broken.spec.template.spec.containers[0].ports[0].containerPort = '4000'),
      (broken) => delete broken.spec.selector,
    ];
    for (const slip of slips) {
      const broken = structuredClone(api);
      slip(broken);
      assert.ok(complaint(broken), String(slip));
    }
  });

  test('are all applied', () => {
    for (const folder of ['deploy/kubernetes', 'deploy/kubernetes/migrate']) {
      const { resources } = parse(read(`${folder}/kustomization.yaml`));
      const files = globSync('*.yaml', { cwd: join(root, folder) }).filter((name) => name !== 'kustomization.yaml');
      assert.deepEqual(resources.toSorted(), files.sort());
    }
  });

  test('find each other: services, budgets and scaling their pods, probes and ports theirs', () => {
    for (const [{ metadata, spec }, name] of [
      [api, 'api'],
      [relay, 'relay'],
    ] as const) {
      const { labels } = spec.template.metadata;
      assert.deepEqual(spec.selector.matchLabels, labels);
      assert.deepEqual(manifest('PodDisruptionBudget', metadata.name).spec.selector.matchLabels, labels);
      assert.equal(manifest('HorizontalPodAutoscaler', metadata.name).spec.scaleTargetRef.name, metadata.name);
      const { ports, startupProbe, livenessProbe, readinessProbe } = container({ spec });
      const port = name === 'api' ? 'http' : 'metrics';
      assert.deepEqual(livenessProbe.httpGet, { path: '/livez', port });
      assert.deepEqual(startupProbe.httpGet, { path: '/livez', port });
      assert.deepEqual(readinessProbe.httpGet, { path: '/readyz', port });
      const { PORT, METRICS_PORT } = readConfig(podEnv({ spec }));
      const expected: Record<string, number> = { http: PORT, metrics: METRICS_PORT };
      for (const { name, containerPort } of ports) assert.equal(containerPort, expected[name], name);
    }
    assert.deepEqual(manifest('Service', 'parley').spec.selector, api.spec.selector.matchLabels);
  });

  test('hold no secret', () => {
    for (const workload of [api, relay, migration])
      for (const { name, valueFrom } of container(workload).env)
        if (/URL$|SECRET|KEYS/.test(name) && name !== 'PUBLIC_URL') assert.ok(valueFrom?.secretKeyRef, name);
  });
});

describe('what both give to processes', () => {
  test('are variables that there are, with values that are accepted', () => {
    const all = [
      ...['api', 'relay', 'migrate'].map(composeEnv),
      ...[api, relay, migration].map(podEnv),
      parseEnv(/^ENV (.*)$/m.exec(read('deploy/Dockerfile'))![1]!.replaceAll(' ', '\n')),
    ];
    for (const name of all.flatMap(Object.keys)) assert.ok(isKnown(name), name);
    const production = { NODE_ENV: 'production' };
    for (const env of [composeEnv('api'), podEnv(api)]) {
      const { OUTBOX_SWEEP, TRUST_PROXY } = loadConfig({ ...env, ...production });
      assert.deepEqual([OUTBOX_SWEEP, TRUST_PROXY], [false, '1']);
    }
    for (const env of [composeEnv('relay'), podEnv(relay)]) loadRelayConfig({ ...env, ...production });
  });

  test('leaves them the time that a graceful stop may take (D9), and proxies the time to notice', () => {
    const seconds = (env: Record<string, string>) => {
      const { DRAIN_DELAY_MS, DRAIN_TIMEOUT_MS } = readConfig(env);
      return (DRAIN_DELAY_MS + DRAIN_TIMEOUT_MS) / 1000;
    };
    for (const workload of [api, relay])
      assert.ok(workload.spec.template.spec.terminationGracePeriodSeconds > seconds(podEnv(workload)) + 5);
    assert.ok(Number.parseInt(compose.services.api.stop_grace_period, 10) > seconds(composeEnv('api')) + 5);
    const [, every] = /check inter (\d+)s fall 1 /.exec(read('deploy/compose/haproxy.cfg'))!;
    assert.ok(readConfig(composeEnv('api')).DRAIN_DELAY_MS > 2 * Number(every) * 1000);
    const { periodSeconds, failureThreshold } = container(api).readinessProbe;
    assert.ok(readConfig(podEnv(api)).DRAIN_DELAY_MS > periodSeconds * failureThreshold * 1000);
  });

  test('starts programs that there are, on the Node that is tested', () => {
    const dockerfile = read('deploy/Dockerfile');
    const commands = [
      ...['relay', 'migrate'].map((service) => compose.services[service].command),
      ...[relay, migration].map((workload) => container(workload).command),
      JSON.parse(/^CMD (.*)$/m.exec(dockerfile)![1]!),
    ];
    for (const [program, ...args] of commands) {
      assert.equal(program, 'node');
      for (const arg of args.filter((arg: string) => arg.endsWith('.ts'))) exists(arg);
    }
    for (const [, sources] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) sources!.split(' ').forEach(exists);
    const removed = /npm uninstall ([\s\S]*?)\n\n/
      .exec(dockerfile)![1]!
      .split(/[\s\\]+/)
      .filter((one) => /^[@a-z]/.test(one));
    const users = globSync('{server,prisma}/**/*.ts', { cwd: root }).filter((file) =>
      removed.some((name) => new RegExp(` from '${name}['/]`).test(read(file))),
    );
    assert.deepEqual(
      users.sort(),
      ['prisma/prisma.config.ts', 'server/graphql/generate-types.ts'],
      'of the build only',
    );
    assert.equal(/^ARG NODE=node:(\d+)/m.exec(dockerfile)![1], packageJson.dependencies.node.split('.')[0]);
  });
});

describe('metrics', () => {
  test('that deployments look at are there', () => {
    const named = new Set([...read('server/telemetry/metrics.ts').matchAll(/'(parley_\w+)'/g)].map(([, name]) => name));
    const files = globSync('deploy/**/*.{yaml,yml,cfg}', { cwd: root });
    const used = files.flatMap((file) => [...read(file).matchAll(/\bparley_\w+/g)].map(([name]) => ({ file, name })));
    for (const { file, name } of used) assert.ok(named.has(name), `${file}: ${name}`);
    const scaling = ['parley-api', 'parley-relay'].flatMap(
      (name) => manifest('HorizontalPodAutoscaler', name).spec.metrics,
    );
    const asked = scaling.flatMap(({ pods, external }) => (pods ?? external)?.metric.name ?? []);
    assert.deepEqual(asked, ['parley_sockets', 'parley_outbox_oldest_seconds']);
    const adapter = read('deploy/kubernetes/monitoring/prometheus-adapter.yaml');
    for (const name of asked) assert.match(adapter, new RegExp(`seriesQuery: '${name}\\{`));
  });

  test('are collected by configurations that Prometheus accepts, of API and relay apart', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-deploy-'));
    t.after(() => rm(folder, { recursive: true }));
    for (const name of ['rules.yml', 'alerts.yml'])
      await copyFile(join(root, 'grafana/prometheus', name), join(folder, name));
    for (const file of ['deploy/compose/prometheus.yml', 'deploy/kubernetes/monitoring/prometheus.yml']) {
      const config = parse(read(file));
      for (const scrape of config.scrape_configs) delete scrape.kubernetes_sd_configs; // not in Debian's build
      const copy = join(folder, 'prometheus.yml');
      await writeFile(copy, JSON.stringify(config));
      await run('promtool', ['check', 'config', copy]).catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
      const jobs = config.scrape_configs.map(({ job_name }: any) => job_name);
      assert.deepEqual(jobs, ['parley', 'parley-relay']);
    }
  });
});
