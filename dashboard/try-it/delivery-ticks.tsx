import type { ShownMessage } from '../../client/index.ts';
import { Icon, type IconName } from '../shell/icon.tsx';
import classes from './message.module.css';

const states: Record<ShownMessage['status'], { icon: IconName; text: string }> = {
  pending: { icon: 'clock', text: 'Waiting' },
  sent: { icon: 'check', text: 'Sent' },
  delivered: { icon: 'checks', text: 'Delivered' },
  read: { icon: 'checks', text: 'Read' },
  failed: { icon: 'alert', text: 'Not sent' },
};

/** How far a message has come: in words, because two pairs of ticks in different colours are not enough. */
export function DeliveryTicks({ status }: { status: keyof typeof states }) {
  const { icon, text } = states[status];
  return (
    <span className={classes.ticks} data-status={status}>
      <Icon name={icon} size={14} />
      {text}
    </span>
  );
}
