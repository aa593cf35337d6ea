import { ConfigError } from '../config.ts';
import { databaseErrorCode, isDatabaseAway } from '../errors.ts';

/** A reason to stop that is the caller's to act on; its message is the whole explanation. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** Runs a command-line tool: its result is the exit code, and whatever it throws becomes one line and exit code 1. */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${inOneLine(explain(error))}\n`);
    process.exitCode = 1;
  }
}

function explain(error: unknown): string {
  if (error instanceof CommandError || error instanceof ConfigError) return error.message;
  // parseArgs: an option that does not exist, or lacks its value.
  if (isCoded(error) && error.code.startsWith('ERR_PARSE_ARGS'))
    return `${error.message.split('. ')[0]}. --help tells what there is.`;
  if (isCoded(error) && 'path' in error && error.syscall !== 'connect') return error.message; // a file
  const code = databaseErrorCode(error);
  if (code === '42P01' || code === 'P2021') return 'The database has no tables of Parley yet. Run `npm start` once.';
  if (code === '28P01' || code === '28000') return 'The database refuses the user or password of DATABASE_URL.';
  if (code === '3D000' || code === 'P1003') return 'The database that DATABASE_URL names does not exist.';
  if (isDatabaseAway(error)) return 'The database cannot be reached. Is it running, and DATABASE_URL right?';
  return error instanceof Error ? error.message : String(error);
}

const isCoded = (error: unknown): error is Error & { code: string; syscall?: string } =>
  error instanceof Error && typeof (error as { code?: unknown }).code === 'string';

const inOneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();
