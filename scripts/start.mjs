import { runProgram } from './run-program.mjs';
import { exitOnFailure } from './run-step.mjs';
import { setUp } from './set-up.mjs';

/** `npm start`: everything on one machine. */
await exitOnFailure(async () => {
  await setUp();
  return runProgram(['--import', './server/telemetry/start.ts', 'server/main.ts']);
});
