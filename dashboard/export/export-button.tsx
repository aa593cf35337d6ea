import { Button } from '@mantine/core';
import { count } from '../overview/format.ts';
import { Icon } from '../shell/icon.tsx';
import classes from './export.module.css';
import { type CsvExport, type CsvSource, useCsvExport } from './use-csv-export.ts';

/** Takes a table along as CSV: exactly its columns and rows, of a list in pages all of them. */
export function ExportButton({ label, ...source }: CsvSource & { label: string }) {
  const { progress, start, cancel } = useCsvExport(source);
  const running = progress.state === 'running';
  return (
    <span className={classes.export}>
      {running ? (
        <Button size="compact-sm" variant="default" onClick={cancel}>
          Cancel
        </Button>
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="download" size={14} />}
          aria-label={`Export ${label} as CSV`}
          onClick={start}
        >
          CSV
        </Button>
      )}
      <span role="status" className={classes.said} data-wrong={progress.state === 'failed' || undefined}>
        {said(progress)}
      </span>
    </span>
  );
}

function said(progress: CsvExport): string {
  if (progress.state === 'idle') return '';
  const rows = `${count(progress.rows)} ${progress.rows === 1 ? 'row' : 'rows'}`;
  switch (progress.state) {
    case 'running':
      return `${rows} so far …`;
    case 'done':
      return `${rows} exported`;
    case 'cancelled':
      return 'Cancelled: nothing was kept';
    case 'failed':
      return `It ended after ${rows}: ${progress.reason}`;
  }
}
