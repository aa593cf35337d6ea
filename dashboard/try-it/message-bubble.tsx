import { ActionIcon, Button, VisuallyHidden } from '@mantine/core';
import Link from 'next/link';
import { memo } from 'react';
import type { ConfirmedMessage, ParleyError, ShownMessage } from '../../client/index.ts';
import { timeOfDay } from '../overview/format.ts';
import { Icon } from '../shell/icon.tsx';
import { DeliveryTicks } from './delivery-ticks.tsx';
import classes from './message.module.css';

export interface MessageActions {
  edit(message: ConfirmedMessage): void;
  remove(message: ConfirmedMessage): void;
  retry(id: string): void;
  discard(id: string): void;
}

interface MessageBubbleProps {
  message: ShownMessage;
  own: boolean;
  /** A closed conversation's messages cannot be edited any more, only deleted. */
  editable: boolean;
  actions: MessageActions;
}

/** One message. Its text is shown as text: nothing in it is ever read as markup. */
export const MessageBubble = memo(function MessageBubble({ message, own, editable, actions }: MessageBubbleProps) {
  const confirmed = message.seq === null ? null : message;
  // A change that waits is shown as if it were done; the mark says that it is not.
  const status = message.change?.status === 'pending' ? 'pending' : message.status;
  const failure = failureOf(message);
  const deleted = confirmed?.deletedAt != null;
  return (
    <li className={classes.row} data-own={own || undefined} data-message={message.id}>
      {own && confirmed && !deleted && (
        <div className={classes.actions}>
          {editable && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="md"
              aria-label={`Edit “${excerpt(message.body)}”`}
              onClick={() => actions.edit(confirmed)}
            >
              <Icon name="pencil" size={15} />
            </ActionIcon>
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            size="md"
            aria-label={`Delete “${excerpt(message.body)}”`}
            onClick={() => actions.remove(confirmed)}
          >
            <Icon name="trash" size={15} />
          </ActionIcon>
        </div>
      )}
      <div className={classes.bubble} data-status={failure ? 'failed' : status} data-deleted={deleted || undefined}>
        <VisuallyHidden>{own ? 'You wrote:' : `${confirmed?.sender.name ?? 'They'} wrote:`}</VisuallyHidden>
        <p className={classes.body} dir="auto">
          {deleted ? 'This message was deleted' : message.body}
        </p>
        <p className={classes.meta}>
          <time dateTime={message.createdAt}>{timeOfDay(message.createdAt)}</time>
          {confirmed?.editedAt && !deleted && <span>edited</span>}
          {confirmed && (
            <Link
              href={`/journey?message=${message.id}`}
              className={classes.journey}
              aria-label={`Journey of “${excerpt(message.body)}”`}
            >
              Journey
            </Link>
          )}
          {own && (!deleted || status === 'pending') && <DeliveryTicks status={status} />}
        </p>
        {failure && (
          <div className={classes.failure} role="alert">
            <p>{failure.text}</p>
            <Button size="compact-xs" variant="default" onClick={() => actions.retry(message.id)}>
              {failure.again}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => actions.discard(message.id)}>
              Discard
            </Button>
          </div>
        )}
      </div>
    </li>
  );
});

function failureOf({ status, change, ...message }: ShownMessage): { text: string; again: string } | null {
  const why = (error: ParleyError | null) => error?.message ?? '';
  if (change?.status === 'failed') {
    const what = change.kind === 'edit' ? `Your edit “${excerpt(change.body)}” was not saved.` : 'It was not deleted.';
    return { text: `${what} ${why(change.failure)}`, again: 'Try again' };
  }
  return status === 'failed' && 'failure' in message ? { text: why(message.failure), again: 'Send again' } : null;
}

const excerpt = (body: string | null) => (body && body.length > 30 ? `${body.slice(0, 30)}…` : (body ?? ''));
