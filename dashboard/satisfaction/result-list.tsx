import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { Icon } from '../shell/icon.tsx';
import { answerText, momentText } from './result-cells.ts';
import classes from './satisfaction.module.css';
import type { Result } from './satisfaction.ts';

/** Answers one by one, each with the ways to why it was given. */
export function ResultList({ results, label }: { results: readonly Result[]; label: string }) {
  return (
    <ul className={classes.results} aria-label={label}>
      {results.map((result) => (
        <ResultItem key={result.survey.id} result={result} />
      ))}
    </ul>
  );
}

function ResultItem({ result: { survey, subject, queue, topic, agent, customer, lastMessageId } }: { result: Result }) {
  return (
    <li className={classes.result} data-rating={survey.rating}>
      <div className={classes.resultHead}>
        <strong className={classes.rating} data-low={survey.rating <= 2 || undefined}>
          {survey.rating} of 5
        </strong>
        {survey.nps !== null && <span>NPS {survey.nps}</span>}
        <time dateTime={survey.submittedAt}>{momentText(survey.submittedAt)}</time>
      </div>
      {survey.comment ? (
        <p className={classes.comment}>{survey.comment}</p>
      ) : (
        <p className={classes.none}>No comment</p>
      )}
      {survey.answers.length > 0 && (
        <dl className={classes.own}>
          {survey.answers.map(({ question, value, text }) => (
            <div key={question.text}>
              <dt>{question.text}</dt>
              <dd>{answerText({ question, value, text })}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className={classes.about}>
        {customer.name} to {agent?.name ?? 'nobody'}
        {queue && ` · ${queue}`}
        {topic && ` · ${topic}`}
        {subject && ` · ${subject}`}
      </p>
      <p className={classes.links}>
        <Anchor component={Link} href={{ pathname: '/conversations', query: { id: survey.conversationId } }}>
          Read the conversation
        </Anchor>
        {lastMessageId && (
          <Anchor component={Link} href={{ pathname: '/journey', query: { message: lastMessageId } }}>
            Journey of its last message
          </Anchor>
        )}
      </p>
    </li>
  );
}

/** What an empty list says. */
export function NoResults({ children }: { children: string }) {
  return (
    <div className={classes.empty}>
      <Icon name="dashCircle" size={26} />
      <p>{children}</p>
    </div>
  );
}
