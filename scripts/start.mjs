import { runProgram } from './run-program.mjs';
import { exitOnFailure } from './run-step.mjs';
import { setUp } from './set-up.mjs';

/** Exit codes above this are signals. */
const KILLED = 128;

/** `npm start`: everything on one machine. */
await exitOnFailure(async () => {
  await setUp();
  const code = await runProgram(['--import', './server/telemetry/start.ts', 'server/main.ts']);
  // Killed, it could not stop its PostgreSQL. The next start would; but nothing that we started may outlive us.
  if (code > KILLED) await runProgram(['server/embedded-postgres/stop-left.ts']);
  return code;
});
