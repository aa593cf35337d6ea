import { Button, CopyButton } from '@mantine/core';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { ConversationState } from '../../client/index.ts';
import { count } from '../overview/format.ts';
import { priorityText, roleText } from './conversation-list.ts';
import { Status } from './conversation-table.tsx';
import classes from './conversations.module.css';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const timeOf = (at: string) => <time dateTime={at}>{moment.format(new Date(at))}</time>;

/** What the conversation is, who is in it and how far each has got, and what its customer thought of it. */
export function Facts({ state }: { state: ConversationState }) {
  const { survey, members, viewer } = state;
  return (
    <section className={classes.card} aria-label="About the conversation">
      <h2 className={classes.cardTitle}>About it</h2>
      <dl className={classes.facts}>
        <Fact name="Status">
          <Status status={state.status} />
        </Fact>
        <Fact name="Priority">{priorityText[state.priority]}</Fact>
        <Fact name="Queue">{state.queue ?? '–'}</Fact>
        <Fact name="Topic">{state.topic ?? '–'}</Fact>
        <Fact name="Agent">{state.assignee?.name ?? 'Nobody yet'}</Fact>
        <Fact name="Started">{timeOf(state.createdAt)}</Fact>
        {state.closedAt && <Fact name="Closed">{timeOf(state.closedAt)}</Fact>}
        <Fact name="Id">
          <span className={classes.id}>
            <code>{state.id}</code>
            <CopyButton value={state.id}>
              {({ copied, copy }) => (
                <Button size="compact-xs" variant="default" aria-label="Copy the id" onClick={copy}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
          </span>
        </Fact>
      </dl>
      <h3 className={classes.cardTitle}>Members</h3>
      <ul className={classes.members}>
        {members.map(({ id, name, role, present, online, deliveredSeq, readSeq }) => (
          <li key={id}>
            <strong dir="auto">{name}</strong> {roleText[role].toLowerCase()}
            {present ? online && ', online' : ', has left'}
            <br />
            received up to {count(deliveredSeq)}, read up to {count(readSeq)} of {count(state.headSeq)} events{' '}
            {viewer.role === 'MANAGER' && (
              <Link href={`/sessions?participant=${id}`} aria-label={`Sessions of ${name}`}>
                Sessions
              </Link>
            )}
          </li>
        ))}
      </ul>
      <h3 className={classes.cardTitle} id="survey">
        Survey
      </h3>
      {survey ? (
        <div className={classes.survey}>
          <p>
            <strong>{survey.rating} of 5</strong> · {timeOf(survey.submittedAt)}
          </p>
          {survey.comment && (
            <p className={classes.body} dir="auto">
              “{survey.comment}”
            </p>
          )}
          {viewer.role === 'MANAGER' && (
            <Link href={{ pathname: '/satisfaction', query: state.topic ? { topic: state.topic } : {} }}>
              {state.topic ? 'All answers on this topic' : 'All answers'}
            </Link>
          )}
        </div>
      ) : (
        <p className={classes.note}>{state.status === 'CLOSED' ? 'Not answered yet.' : 'Comes when it is closed.'}</p>
      )}
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd dir="auto">{children}</dd>
  </div>
);
