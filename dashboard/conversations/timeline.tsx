import { Text } from '@mantine/core';
import Link from 'next/link';
import type { ConfirmedMessage, ConversationState } from '../../client/index.ts';
import { roleText } from './conversation-list.ts';
import classes from './conversations.module.css';
import { type Entry, receiptsOf } from './to-entries.ts';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

export function Timeline({ entries, state }: { entries: readonly Entry[]; state: ConversationState }) {
  if (entries.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing was written yet.
      </Text>
    );
  let shown = '';
  return (
    <ol className={classes.timeline} aria-label="Messages and events">
      {entries.map((entry) => {
        const at = entry.kind === 'message' ? entry.message.createdAt : entry.at;
        const today = day.format(new Date(at));
        const isNewDay = today !== shown;
        shown = today;
        return (
          <li key={entry.key}>
            {isNewDay && <p className={classes.day}>{today}</p>}
            {entry.kind === 'event' ? (
              <p className={classes.event} dir="auto">
                {entry.text} · <time dateTime={at}>{clock.format(new Date(at))}</time>
              </p>
            ) : (
              <MessageEntry message={entry.message} state={state} />
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** Its text is shown as text: nothing in it is ever read as markup. */
function MessageEntry({ message, state }: { message: ConfirmedMessage; state: ConversationState }) {
  const { id, sender, body, createdAt, editedAt, deletedAt } = message;
  const { read, delivered, missing } = receiptsOf(message, state);
  const receipts = [
    read.length > 0 && `Read by ${read.join(', ')}`,
    delivered.length > 0 && `Delivered to ${delivered.join(', ')}`,
    missing.length > 0 && `Not yet delivered to ${missing.join(', ')}`,
  ].filter((text) => text !== false);
  return (
    <article
      className={classes.message}
      data-role={sender.role}
      data-message={id}
      aria-label={`Message of ${sender.name}`}
    >
      <p className={classes.meta}>
        <strong dir="auto">{sender.name}</strong>
        <span>{roleText[sender.role]}</span>
        <time dateTime={createdAt}>{clock.format(new Date(createdAt))}</time>
        {editedAt && !deletedAt && (
          <span title={`Edited at ${clock.format(new Date(editedAt))}`} className={classes.mark}>
            edited
          </span>
        )}
        <Link
          href={`/journey?message=${id}`}
          aria-label={`Journey of the message of ${sender.name} at ${clock.format(new Date(createdAt))}`}
        >
          Journey
        </Link>
      </p>
      <p className={classes.body} dir="auto" data-deleted={deletedAt !== null || undefined}>
        {deletedAt ? `This message was deleted at ${clock.format(new Date(deletedAt))}` : body}
      </p>
      {receipts.length > 0 && !deletedAt && <p className={classes.receipts}>{receipts.join(' · ')}</p>}
    </article>
  );
}
