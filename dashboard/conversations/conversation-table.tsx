import Link from 'next/link';
import { ScrollTable } from '../overview/scroll-table.tsx';
import { customersOf, type ListedConversation, priorityText, statusText } from './conversation-list.ts';
import classes from './conversations.module.css';
import type { ListInUrl } from './use-list-in-url.ts';

export const head = [
  'Subject',
  'Customer',
  'Status',
  'Priority',
  'Queue',
  'Topic',
  'Agent',
  'Last activity',
  'Started',
];

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The same cells as on the page, with times that need no time zone, and the id. */
export const csvHead = [...head, 'Id'];
export const toCsvRow = (one: ListedConversation): string[] => [
  one.subject ?? '',
  customersOf(one),
  statusText[one.status],
  priorityText[one.priority],
  one.queue ?? '',
  one.topic ?? '',
  one.assignee?.name ?? '',
  one.activeAt,
  one.createdAt,
  one.id,
];

interface ConversationTableProps {
  conversations: readonly ListedConversation[];
  hrefOf: ListInUrl['hrefOf'];
}

export function ConversationTable({ conversations, hrefOf }: ConversationTableProps) {
  return (
    <ScrollTable label="Conversations" head={head} boxClass={classes.tableBox} tableClass={classes.table}>
      {conversations.map((one) => (
        <tr key={one.id}>
          <th scope="row" className={classes.subject}>
            <Link href={hrefOf(one.id)} dir="auto">
              {one.subject ?? 'No subject'}
            </Link>
          </th>
          <td className={classes.name} dir="auto">
            {customersOf(one) || '–'}
          </td>
          <td>
            <Status status={one.status} />
          </td>
          <td data-urgent={one.priority === 'URGENT' || one.priority === 'HIGH' || undefined}>
            {priorityText[one.priority]}
          </td>
          <td className={classes.name} dir="auto">
            {one.queue ?? '–'}
          </td>
          <td className={classes.name} dir="auto">
            {one.topic ?? '–'}
          </td>
          <td className={classes.name} dir="auto">
            {one.assignee?.name ?? '–'}
          </td>
          <td>
            <time dateTime={one.activeAt}>{moment.format(new Date(one.activeAt))}</time>
          </td>
          <td>
            <time dateTime={one.createdAt}>{moment.format(new Date(one.createdAt))}</time>
          </td>
        </tr>
      ))}
    </ScrollTable>
  );
}

export const Status = ({ status }: { status: ListedConversation['status'] }) => (
  <span className={classes.status} data-status={status}>
    {statusText[status]}
  </span>
);
