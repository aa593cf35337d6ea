import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Dialogue } from './dialogue.ts';
import { BadLine, parseDialogue } from './parse-dialogue.ts';

/** A line longer than this is no dialogue; reading it whole would let one line decide how much memory a run takes. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

export type Entry =
  | { readonly line: number; readonly dialogue: Dialogue }
  | { readonly line: number; readonly problem: string };

/** The dialogues of a file of JSON lines, read as they are taken. Blank lines are nothing; bad ones say why. */
export async function* readDialogues(file: string): AsyncGenerator<Entry> {
  const firstLine = new Map<string, number>();
  for await (const { line, text } of readLines(file)) {
    if (text === undefined) {
      yield { line, problem: `it is longer than ${MAX_LINE_BYTES / 1024 / 1024} MB or not UTF-8` };
      continue;
    }
    if (text.trim() === '') continue;
    try {
      const dialogue = parseDialogue(text);
      const known = firstLine.get(dialogue.id);
      if (known !== undefined)
        throw new BadLine(`its id ${JSON.stringify(dialogue.id)} stands in line ${known} already`);
      firstLine.set(dialogue.id, line);
      yield { line, dialogue };
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      yield { line, problem: error.message };
    }
  }
}

/** How many lines there are, for the progress bar. */
export async function countLines(file: string): Promise<number> {
  let lines = 0;
  let open = false;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    open = chunk.at(-1) !== NEWLINE;
  }
  return open ? lines + 1 : lines;
}

/** Says in one line why a file cannot be read; undefined when it can. */
export async function whyUnreadable(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? undefined : `${file} is not a file.`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code}).`;
  }
}

/** Lines with their numbers from 1; the text is undefined where it is too long or not UTF-8. */
async function* readLines(file: string): AsyncGenerator<{ line: number; text: string | undefined }> {
  let line = 1;
  let parts: Buffer[] = [];
  let size = 0;
  const take = () => {
    const text = size > MAX_LINE_BYTES ? undefined : decode(Buffer.concat(parts));
    parts = [];
    size = 0;
    return { line: line++, text };
  };
  const keep = (part: Buffer) => {
    size += part.length;
    if (size > MAX_LINE_BYTES) parts = [];
    else parts.push(part);
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
  }
  if (size > 0) yield take();
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
