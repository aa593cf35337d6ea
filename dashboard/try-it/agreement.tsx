import type { Conversation } from '../../client/index.ts';
import { useObservable } from '../session/use-observable.ts';
import { Icon } from '../shell/icon.tsx';
import { type Behind, compareDevices } from './compare-devices.ts';
import classes from './try-it.module.css';
import type { Role, Sides } from './use-visit.ts';

/** The promise, checked in front of the visitor: what the two devices hold is compared at every change. */
export function Agreement({ sides, conversations }: { sides: Sides; conversations: Record<Role, Conversation> }) {
  const customer = useObservable(conversations.customer);
  const agent = useObservable(conversations.agent);
  const comparison = compareDevices(customer, agent);
  if (comparison.agree) {
    const { messages } = comparison;
    return (
      <p className={classes.agreement} data-agree role="status">
        <Icon name="checkCircle" size={17} />
        {messages === 1
          ? 'Both devices hold the same message.'
          : `Both devices hold the same ${messages} messages, in the same order.`}
      </p>
    );
  }
  const said = [
    behindText(sides.customer.shortName, comparison.customer),
    behindText(sides.agent.shortName, comparison.agent),
  ].filter(Boolean);
  return (
    <p className={classes.agreement} role="status">
      <Icon name="clock" size={17} />
      {said.length > 0 ? `${said.join('; ')}.` : 'A change is on its way.'}
    </p>
  );
}

function behindText(name: string, { missing, queued }: Behind): string {
  const parts = [
    queued > 0 ? `${queued} of ${name}’s wait on the device` : '',
    missing > 0 ? `${missing} for ${name} ${missing === 1 ? 'waits' : 'wait'} on the server` : '',
  ];
  return parts.filter(Boolean).join(', ');
}
