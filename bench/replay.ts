import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openTokenSigner } from '../server/cli/open-token-signer.ts';
import { CommandError, runCommand } from '../server/cli/run-command.ts';
import { Unreachable } from './replay/connection.ts';
import { BadOption, help, type Options, parseOptions } from './replay/options.ts';
import { showProgress } from './replay/progress.ts';
import { countLines, whyUnreadable } from './replay/read-dialogues.ts';
import { makeReport, renderReport } from './replay/report.ts';
import { runReplay } from './replay/run-replay.ts';
import { Tally } from './replay/tally.ts';

/** What a shell calls the end by Ctrl-C. */
const INTERRUPTED = 130;

await runCommand(async () => {
  const options = parse();
  if (options === 'help') {
    process.stdout.write(help);
    return 0;
  }
  const unreadable = await whyUnreadable(options.file);
  if (unreadable) throw new CommandError(unreadable);
  const sign = await openTokenSigner();
  const tally = new Tally();
  const progress = showProgress(await countLines(options.file), tally);
  const startedAt = new Date();
  const started = performance.now();
  const finish = async (interrupted: boolean) => {
    progress.stop();
    const report = makeReport({ tally, options, startedAt, durationMs: performance.now() - started, interrupted });
    process.stdout.write(renderReport(report));
    if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  };

  const stop = new AbortController();
  process.once('SIGINT', async () => {
    stop.abort();
    await finish(true);
    process.exit(INTERRUPTED);
  });
  try {
    await runReplay({
      options,
      sign,
      tally,
      signal: stop.signal,
      onLine(line, problem) {
        progress.step();
        if (problem) progress.note(`line ${line} skipped: ${problem}`);
      },
    });
  } catch (error) {
    progress.stop();
    throw error instanceof Unreachable ? new CommandError(error.message) : error;
  }
  await finish(false);
  return tally.clean && tally.dialogues.played > 0 ? 0 : 1;
});

function parse(): Options | 'help' {
  try {
    return inCallersFolder(parseOptions(process.argv.slice(2)));
  } catch (error) {
    throw error instanceof BadOption ? new CommandError(error.message) : error;
  }
}

/** npm runs its scripts in the project's folder; a file is meant from where the caller is. */
function inCallersFolder(options: Options | 'help'): Options | 'help' {
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env;
  if (options === 'help' || script !== 'replay' || !folder) return options;
  return { ...options, file: resolve(folder, options.file), json: options.json && resolve(folder, options.json) };
}
