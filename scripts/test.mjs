import { ensureMachinePrograms } from './machine-programs.mjs';
import { runProgram } from './run-program.mjs';
import { exitOnFailure } from './run-step.mjs';
import { setUp } from './set-up.mjs';

/** `npm test [-- FILE …]`: all tests, or those in the files. */
await exitOnFailure(async () => {
  await setUp({ withTools: true });
  await ensureMachinePrograms();
  return runProgram(['test/harness/run.ts', ...process.argv.slice(2)]);
});
