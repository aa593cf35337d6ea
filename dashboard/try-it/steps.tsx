import { VisuallyHidden } from '@mantine/core';
import type { ConversationView } from '../../client/index.ts';
import { Icon } from '../shell/icon.tsx';
import classes from './try-it.module.css';
import type { Sides } from './use-visit.ts';

interface StepsProps {
  sides: Sides;
  customer: ConversationView | null;
  agent: ConversationView | null;
}

/** What to try, ticked off as it happens. */
export function Steps({ sides: { customer: c, agent: a }, customer, agent }: StepsProps) {
  const wrote = (view: ConversationView | null) =>
    view?.messages.some((m) => m.seq === null || m.sender.id === view.state?.viewer.id) ?? false;
  const steps = [
    { text: `Write as ${c.shortName}`, done: wrote(customer) },
    { text: `Claim and answer as ${a.shortName}`, done: wrote(agent) },
    {
      text: 'Switch a network off, write on both sides, switch it on',
      done: Boolean(customer?.catchUp || agent?.catchUp),
    },
  ];
  const next = steps.findIndex(({ done }) => !done);
  return (
    <ol className={classes.steps}>
      {steps.map(({ text, done }, i) => (
        <li key={text} data-done={done || undefined} aria-current={i === next ? 'step' : undefined}>
          <span className={classes.stepMark}>{done ? <Icon name="check" size={13} /> : i + 1}</span>
          {text}
          {done && <VisuallyHidden> (done)</VisuallyHidden>}
        </li>
      ))}
    </ol>
  );
}
