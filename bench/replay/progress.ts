import { MultiBar as Bars, type MultiBar, type SingleBar } from 'cli-progress';
import type { Tally } from './tally.ts';

const LINE_INTERVAL_MS = 5_000;
const BAR_INTERVAL_MS = 250;

export type Progress = {
  /** One more line of the file was dealt with. */
  step(): void;
  /** Says something without disturbing the bar. */
  note(text: string): void;
  stop(): void;
};

/** On a terminal a bar; elsewhere a line every few seconds. Both on stderr, so that stdout is the report. */
export function showProgress(lines: number, tally: Tally): Progress {
  return process.stderr.isTTY ? bar(lines, tally) : plainLines(lines, tally);
}

function bar(lines: number, tally: Tally): Progress {
  const bars: MultiBar = new Bars({
    format: '{bar} {percentage} % | {value} of {total} | {messages} messages | {rate}/s | {duration_formatted}',
    barsize: 30,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  const started = performance.now();
  const payload = () => ({
    messages: tally.messages.acknowledged.toLocaleString('en'),
    rate: Math.round(tally.messages.acknowledged / Math.max((performance.now() - started) / 1000, 0.1)).toLocaleString(
      'en',
    ),
  });
  const single: SingleBar = bars.create(lines, 0, payload());
  const timer = setInterval(() => single.update(payload()), BAR_INTERVAL_MS);
  return {
    step: () => single.increment(1),
    note: (text) => bars.log(`${text}\n`),
    stop() {
      clearInterval(timer);
      bars.stop();
    },
  };
}

function plainLines(lines: number, tally: Tally): Progress {
  let done = 0;
  const timer = setInterval(() => {
    process.stderr.write(`${done} of ${lines} dialogues, ${tally.messages.acknowledged} messages acknowledged\n`);
  }, LINE_INTERVAL_MS);
  return {
    step: () => void done++,
    note: (text) => void process.stderr.write(`${text}\n`),
    stop: () => clearInterval(timer),
  };
}
