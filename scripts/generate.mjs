import { fileURLToPath } from 'node:url';
import { program } from './project.mjs';
import { exitOnFailure, runStep } from './run-step.mjs';
import { stampOf } from './stamp.mjs';
import { takeOutWasm } from './take-out-wasm.mjs';

/** The code that is generated: the database client from schema.prisma, and the resolvers' types from the SDL. */
export async function generate({ always = false } = {}) {
  const client = stampOf({
    made: 'server/generated/prisma/client.ts',
    stamp: 'server/generated/prisma/made-from',
    sources: ['prisma/schema.prisma', 'prisma/prisma.config.ts', 'scripts/take-out-wasm.mjs', 'package-lock.json'],
  });
  if (always || !client.isFresh) {
    const args = ['generate', '--config', 'prisma/prisma.config.ts', '--no-hints'];
    await runStep('Generating the database client', program('prisma'), args);
    await takeOutWasm('server/generated/prisma');
    client.write();
  }

  const types = stampOf({
    made: 'server/generated/graphql.ts',
    stamp: 'server/generated/graphql-made-from',
    sources: ['server'],
    counts: (path) => path.endsWith('.graphql') || path.startsWith('server/graphql/'),
    skip: ['server/generated'],
  });
  if (always || !types.isFresh) {
    await runStep('Generating the types of the resolvers', program('node'), ['server/graphql/generate-types.ts']);
    types.write();
  }
}

if (fileURLToPath(import.meta.url) === process.argv[1]) await exitOnFailure(() => generate({ always: true }));
