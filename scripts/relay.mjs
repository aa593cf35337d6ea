import { generate } from './generate.mjs';
import { install } from './install.mjs';
import { runProgram } from './run-program.mjs';
import { exitOnFailure } from './run-step.mjs';

/** `npm run relay`: a process that only sweeps the outbox. It needs no dashboard. */
await exitOnFailure(async () => {
  await install({ withTools: false });
  await generate();
  return runProgram(['--import', './server/telemetry/start.ts', 'server/relay.ts']);
});
