import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jaegerArgs, jaegerBinary, jaegerEnv, jaegerVersion } from './jaeger-binary.mjs';
import { find } from './machine-programs.mjs';
import { projectEnv } from './project.mjs';
import { exitOnFailure, runStep, StepFailed } from './run-step.mjs';

/**
 * `npm run jaeger`: a Jaeger on this machine that keeps traces in memory, built with Go at its first start. A build of Jaeger's
 * Go module has its whole API and no pages, which are a project of their own; with Docker there are pages too.
 */
const OTLP_PORT = 4318;
const QUERY_PORT = 16686;

await exitOnFailure(async () => {
  if (!existsSync(jaegerBinary)) await build();
  console.log(`
Jaeger is at http://localhost:${QUERY_PORT}/api/traces?service=parley. Start Parley with

  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${OTLP_PORT} JAEGER_URL=http://localhost:${QUERY_PORT} npm start

Its pages come with:  docker run --rm -p ${QUERY_PORT}:${QUERY_PORT} -p ${OTLP_PORT}:${OTLP_PORT} jaegertracing/all-in-one:${jaegerVersion}
`);
  const child = spawn(
    jaegerBinary,
    [...jaegerArgs({ otlpPort: OTLP_PORT, queryPort: QUERY_PORT }), '--log-level=error'],
    {
      stdio: 'inherit',
      env: { ...process.env, ...jaegerEnv },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 0)));
});

async function build() {
  if (!find('go')) {
    console.error(`Jaeger is built with Go, which is not on this machine. Install Go, or run it with Docker:
  docker run --rm -p ${QUERY_PORT}:${QUERY_PORT} -p ${OTLP_PORT}:${OTLP_PORT} jaegertracing/all-in-one:${jaegerVersion}`);
    throw new StepFailed();
  }
  const folder = mkdtempSync(join(tmpdir(), 'parley-jaeger-'));
  mkdirSync(dirname(jaegerBinary), { recursive: true });
  // In a module of our own: newer versions replace modules, which \`go install\` refuses.
  const commands = [
    'go mod init parley.local/jaeger',
    `go get github.com/jaegertracing/jaeger/cmd/all-in-one@v${jaegerVersion}`,
    `go build -o "${jaegerBinary}" github.com/jaegertracing/jaeger/cmd/all-in-one`,
  ];
  try {
    await runStep(
      'Building Jaeger, which takes some minutes',
      'sh',
      ['-c', `cd "${folder}" && ${commands.join(' && ')}`],
      {
        env: { ...projectEnv, PATH: process.env.PATH },
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
