import { parseArgs } from 'node:util';
import { auditDatabase } from '../audit/audit-database.ts';
import { openPlainDb } from '../audit/open-plain-db.ts';
import { renderVerdicts } from '../audit/render-verdicts.ts';
import { openInstallation } from './open-installation.ts';
import { runCommand } from './run-command.ts';

const help = `Proves on the database what Parley promises: durable, no double, no hole, in order, nothing stuck.

  npm run audit [-- --json]

  --json  print the report as JSON

Uses DATABASE_URL, else the embedded database in DATA_DIR; the server may be running. Exit code 1 when a promise is broken.
`;

/** A range's statements take a second or two; a database busy with something else may need more patience. */
const STATEMENT_TIMEOUT_MS = 600_000;
const PROGRESS_INTERVAL_MS = 500;

await runCommand(async () => {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  await using installation = await openInstallation({
    DATABASE_STATEMENT_TIMEOUT_MS: STATEMENT_TIMEOUT_MS,
    DATABASE_POOL_SIZE: 1,
  });
  const { db, connectionString } = installation;
  const plain = openPlainDb(connectionString);
  const started = Date.now();
  const progress = progressOnTerminal();
  try {
    const verdicts = await auditDatabase({ db, plain, onProgress: progress.show });
    progress.clear();
    const report = { at: new Date(started).toISOString(), durationMs: Date.now() - started, verdicts };
    process.stdout.write(
      values.json ? `${JSON.stringify(report, null, 2)}\n` : renderVerdicts(verdicts, report.durationMs),
    );
    return verdicts.some(({ level, findings }) => level === 'error' && findings > 0) ? 1 : 0;
  } finally {
    await plain.$disconnect();
  }
});

/** A line on stderr that is gone when the report comes. */
function progressOnTerminal() {
  if (!process.stderr.isTTY) return { show: undefined, clear() {} };
  let last = 0;
  return {
    show(conversations: number) {
      if (Date.now() - last < PROGRESS_INTERVAL_MS) return;
      last = Date.now();
      process.stderr.write(`\r\x1b[K${conversations.toLocaleString('en')} conversations audited …`);
    },
    clear: () => void process.stderr.write('\r\x1b[K'),
  };
}
