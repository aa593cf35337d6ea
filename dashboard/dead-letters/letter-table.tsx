import { Button, Code } from '@mantine/core';
import { ScrollTable } from '../overview/scroll-table.tsx';
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
    <ScrollTable label="Dead letters" head={[...head, 'What to do']} boxClass={classes.tableBox}>
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
    </ScrollTable>
  );
}
