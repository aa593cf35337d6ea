import { ActionIcon, Button, VisuallyHidden } from '@mantine/core';
import { memo } from 'react';
import type { Message, OutgoingMessage } from '../../client/index.ts';
import { timeOfDay } from '../overview/format.ts';
import { Icon } from '../shell/icon.tsx';
import { DeliveryTicks } from './delivery-ticks.tsx';
import classes from './message.module.css';

export interface MessageActions {
  edit(message: Message): void;
  remove(message: Message): void;
  retry(id: string): void;
  discard(id: string): void;
}

interface MessageBubbleProps {
  message: Message | OutgoingMessage;
  own: boolean;
  /** A closed conversation's messages cannot be edited any more, only deleted. */
  editable: boolean;
  actions: MessageActions;
}

/** One message. Its text is shown as text: nothing in it is ever read as markup. */
export const MessageBubble = memo(function MessageBubble({ message, own, editable, actions }: MessageBubbleProps) {
  const confirmed = message.seq === null ? null : message;
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
      <div className={classes.bubble} data-status={message.status} data-deleted={deleted || undefined}>
        <VisuallyHidden>{own ? 'You wrote:' : `${confirmed?.sender.name ?? 'They'} wrote:`}</VisuallyHidden>
        <p className={classes.body} dir="auto">
          {deleted ? 'This message was deleted' : message.body}
        </p>
        <p className={classes.meta}>
          <time dateTime={message.createdAt}>{timeOfDay(message.createdAt)}</time>
          {confirmed?.editedAt && !deleted && <span>edited</span>}
          {own && !deleted && <DeliveryTicks status={message.status} />}
        </p>
        {message.status === 'failed' && message.seq === null && (
          <div className={classes.failure} role="alert">
            <p>{message.failure?.message}</p>
            <Button size="compact-xs" variant="default" onClick={() => actions.retry(message.id)}>
              Send again
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

const excerpt = (body: string | null) => (body && body.length > 30 ? `${body.slice(0, 30)}…` : (body ?? ''));
