import { parseArgs } from 'node:util';
import { runProgram } from './run-program.mjs';
import { exitOnFailure } from './run-step.mjs';
import { setUp } from './set-up.mjs';

/** Exit codes above this are signals. */
const KILLED = 128;

/** `npm run demo`: as `npm start`, on a database of its own that is full. */
await exitOnFailure(async () => {
  await setUp();
  const args = process.argv.slice(2);
  const code = await runProgram(['--import', './server/telemetry/start.ts', 'demo/main.ts', ...args]);
  if (code > KILLED) {
    const { values } = parseArgs({
      args,
      strict: false,
      options: { 'data-dir': { type: 'string', default: '.demo' } },
    });
    await runProgram(['server/embedded-postgres/stop-left.ts'], { env: { DATA_DIR: values['data-dir'] } });
  }
  return code;
});
