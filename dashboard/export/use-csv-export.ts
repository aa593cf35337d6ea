import { useEffect, useRef, useState } from 'react';
import { ParleyError } from '../../client/index.ts';
import { csvName, type Row } from './csv.ts';
import { openCsvFile } from './csv-file.ts';

/** What is exported: the rows that are on the page, or all that its list has, page by page. */
export interface CsvSource {
  /** Of what: part of the file's name. */
  readonly page: string;
  /** Of which time, such as 7d. */
  readonly range: string | null;
  readonly head: Row;
  readonly rows: readonly Row[] | (() => AsyncIterable<readonly Row[]>);
}

export type CsvExport =
  | { readonly state: 'idle' }
  | { readonly state: 'running' | 'done' | 'cancelled'; readonly rows: number }
  | { readonly state: 'failed'; readonly rows: number; readonly reason: string };

export function useCsvExport({ page, range, head, rows }: CsvSource) {
  const [progress, setProgress] = useState<CsvExport>({ state: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function start() {
    const streamed = typeof rows === 'function';
    running.current = new AbortController();
    const { signal } = running.current;
    const file = await openCsvFile(csvName(page, range), streamed);
    if (!file) return;
    let written = 0;
    try {
      await file.write([head]);
      for await (const some of streamed ? rows() : [rows]) {
        if (signal.aborted) break;
        await file.write(some);
        written += some.length;
        if (streamed) setProgress({ state: 'running', rows: written });
      }
      await (signal.aborted ? file.discard() : file.finish());
      setProgress({ state: signal.aborted ? 'cancelled' : 'done', rows: written });
    } catch (error) {
      await file.discard().catch(() => {});
      const reason = error instanceof ParleyError ? error.message : 'The file could not be written.';
      setProgress({ state: 'failed', rows: written, reason });
    }
  }
  return { progress, start, cancel: () => running.current?.abort() };
}
