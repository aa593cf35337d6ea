import { ensureMachinePrograms } from './machine-programs.mjs';
import { runProgram } from './run-program.mjs';
import { exitOnFailure } from './run-step.mjs';
import { setUp } from './set-up.mjs';

/** `npm run faults [-- --seed N] [--only NAME]`: every fault, in full, with three seeds. */
await exitOnFailure(async () => {
  await setUp({ withTools: true });
  await ensureMachinePrograms();
  return runProgram(['test/faults/run-faults.ts', ...process.argv.slice(2)]);
});
