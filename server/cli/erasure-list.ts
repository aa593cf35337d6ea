import { parseArgs } from 'node:util';
import { readErasures, toLine } from '../participants/erasure-list.ts';
import { openInstallation } from './open-installation.ts';
import { runCommand } from './run-command.ts';

const help = `Prints who was deleted, as ERASURE_LIST has it: for servers that do not keep that file themselves.

  npm run -s erasure-list > erasures.jsonl

After restoring a backup from before, start a server with ERASURE_LIST=erasures.jsonl: it deletes them again.
`;

await runCommand(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  await using installation = await openInstallation();
  for (const entry of await readErasures(installation.db, new Date(0))) process.stdout.write(toLine(entry));
  return 0;
});
