import { parseArgs } from 'node:util';
import { migrate } from '../../prisma/migrate.ts';
import { readConfig } from '../config.ts';
import { CommandError, runCommand } from './run-command.ts';

const help = `Brings the database up to date and prints the migrations that were applied.

  npm run -s migrate

Every process does so at its start; this is for doing it once before, by a user of PostgreSQL that may change tables. Uses
DATABASE_DIRECT_URL, else DATABASE_URL. An embedded database is migrated by \`npm start\`.
`;

await runCommand(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { DATABASE_URL, DATABASE_DIRECT_URL = DATABASE_URL } = readConfig();
  if (!DATABASE_DIRECT_URL)
    throw new CommandError('Set DATABASE_URL. An embedded database is migrated by `npm start`.');
  for (const name of await migrate(DATABASE_DIRECT_URL)) process.stdout.write(`${name}\n`);
  return 0;
});
