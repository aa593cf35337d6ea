import { fileURLToPath } from 'node:url';
import { bin, node } from './project.mjs';
import { runStep, StepFailed } from './run-step.mjs';

/** `npm run generate`: the Prisma client from schema.prisma, and the resolvers' types from the SDL. */
export async function generate() {
  await runStep('Generating the database client', bin('prisma'), [
    'generate',
    '--config',
    'prisma/prisma.config.ts',
    '--no-hints',
  ]);
  await runStep('Generating the types of the resolvers', node, ['server/graphql/generate-types.ts']);
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  await generate().catch((error) => {
    if (!(error instanceof StepFailed)) throw error;
    process.exitCode = 1;
  });
}
