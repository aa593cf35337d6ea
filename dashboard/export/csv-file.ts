import { BYTE_ORDER_MARK, type Row, toCsv } from './csv.ts';

/** Where rows go as they come. */
export interface CsvFile {
  write(rows: readonly Row[]): Promise<void>;
  /** Nothing is seen of it before. */
  finish(): Promise<void>;
  discard(): Promise<void>;
}

interface Picker {
  showSaveFilePicker?(options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }): Promise<FileSystemFileHandle>;
}

/**
 * Null when its reader changed their mind. Where the browser can, rows are written to the disk as they come; elsewhere they
 * are gathered as a Blob, which browsers keep on the disk as well, and handed over as a download at the end.
 */
export async function openCsvFile(name: string, streamed: boolean): Promise<CsvFile | null> {
  const { showSaveFilePicker } = window as Picker;
  if (!streamed || !showSaveFilePicker) return gather(name);
  try {
    const types = [{ description: 'CSV', accept: { 'text/csv': ['.csv'] } }];
    return await toDisk(await showSaveFilePicker({ suggestedName: name, types }));
  } catch (error) {
    if ((error as Error).name === 'AbortError') return null;
    // A browser that may not, such as in a frame of another site.
    return gather(name);
  }
}

async function toDisk(handle: FileSystemFileHandle): Promise<CsvFile> {
  const file = await handle.createWritable();
  await file.write(BYTE_ORDER_MARK);
  return {
    write: (rows) => file.write(toCsv(rows)),
    finish: () => file.close(),
    discard: () => file.abort(),
  };
}

function gather(name: string): CsvFile {
  let parts: Blob[] = [new Blob([BYTE_ORDER_MARK])];
  return {
    async write(rows) {
      parts.push(new Blob([toCsv(rows)]));
    },
    async finish() {
      const url = URL.createObjectURL(new Blob(parts, { type: 'text/csv;charset=utf-8' }));
      const link = Object.assign(document.createElement('a'), { href: url, download: name });
      link.click();
      // Not at once: the download has to begin first.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
    async discard() {
      parts = [];
    },
  };
}
