import { Button, Code } from '@mantine/core';
import overview from '../overview/overview.module.css';
import type { DeadLetter } from './dead-letter.ts';
import classes from './dead-letters.module.css';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

const head = ['Conversation', 'Seq', 'Given up', 'Attempts', 'What the bus said'];

/** The same cells as on the page, with times that need no time zone. */
export const csvHead = head;
export const toCsvRow = ({ conversationId, seq, failedAt, attempts, lastError }: DeadLetter): string[] => [
  conversationId,
  String(seq),
  failedAt,
  String(attempts),
  lastError ?? '',
];

interface LetterTableProps {
  letters: readonly DeadLetter[];
  onReplay(id: string): void;
  onDiscard(id: string): void;
}

export function LetterTable({ letters, onReplay, onDiscard }: LetterTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow screen it scrolls, so the keyboard must reach it.
    <section className={classes.tableBox} tabIndex={0} aria-label="Dead letters, table">
      <table className={overview.table}>
        <thead>
          <tr>
            {[...head, 'What to do'].map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {letters.map(({ id, conversationId, seq, failedAt, attempts, lastError }) => (
            <tr key={id}>
              <th scope="row">
                <Code>{conversationId}</Code>
              </th>
              <td>{seq}</td>
              <td>{moment.format(new Date(failedAt))}</td>
              <td>{attempts}</td>
              <td className={classes.error}>{lastError ?? '–'}</td>
              <td>
                <Button size="compact-sm" variant="default" mr={6} onClick={() => onReplay(id)}>
                  Replay
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => onDiscard(id)}>
                  Discard …
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
