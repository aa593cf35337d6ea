import { Skeleton } from '@mantine/core';
import { durationText } from '../overview/format.ts';
import { Icon } from '../shell/icon.tsx';
import classes from './journey.module.css';
import type { Step } from './to-steps.ts';

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

/** @param from The commit: what came before or after it is told by how much. */
export function Timeline({ steps, from }: { steps: readonly Step[]; from: string }) {
  return (
    <ol className={classes.timeline} aria-label="Steps">
      {steps.map(({ key, title, icon, state, at, notes }) => (
        <li key={key} className={classes.step} data-state={state} data-step={key}>
          <span className={classes.mark} aria-hidden="true">
            <Icon name={icon} size={16} />
          </span>
          <div className={classes.what}>
            <p className={classes.stepTitle}>{title}</p>
            {notes.map((note) => (
              <p key={note} className={classes.note}>
                {note}
              </p>
            ))}
          </div>
          {at && (
            <p className={classes.when}>
              <time dateTime={at}>{timeOf(at, from)}</time>
              <span className={classes.since}>{since(at, from)}</span>
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

/** The day is said where it is another one than the commit's. */
function timeOf(at: string, from: string): string {
  const [date, time] = [new Date(at), clock.format(new Date(at))];
  return day.format(date) === day.format(new Date(from)) ? time : `${day.format(date)}, ${time}`;
}

function since(at: string, from: string): string {
  const ms = Date.parse(at) - Date.parse(from);
  if (ms === 0) return '';
  return ms < 0 ? `${durationText(-ms)} before` : `+ ${durationText(ms)}`;
}

export function TimelineSkeleton() {
  return (
    <div className={classes.card} role="status" aria-busy="true" aria-label="Loading the journey">
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <div key={key} className={classes.step}>
          <Skeleton circle height={32} />
          <div className={classes.what}>
            <Skeleton height={14} width="40%" mt={4} />
            <Skeleton height={11} width="65%" mt={9} />
          </div>
          <Skeleton height={14} width={90} mt={4} />
        </div>
      ))}
    </div>
  );
}
