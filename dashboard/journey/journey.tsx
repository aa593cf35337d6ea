import { Alert, Anchor, Button, CopyButton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Client, ParleyError } from '../../client/index.ts';
import { Icon } from '../shell/icon.tsx';
import { FindMessage } from './find-message.tsx';
import classes from './journey.module.css';
import type { MessageJourney } from './message-journey.ts';
import { Timeline, TimelineSkeleton } from './timeline.tsx';
import { toSteps } from './to-steps.ts';
import { useJourney } from './use-journey.ts';
import { useMessageInUrl } from './use-message-in-url.ts';

/** What has become of one message: found by its id, or opened from a conversation. */
export function Journey({ client }: { client: Client }) {
  const [id, setId] = useMessageInUrl();
  if (id === undefined) return <JourneyLoading />;
  return (
    <>
      <Heading />
      <FindMessage id={id} onFind={setId} />
      {id === '' ? <NoMessage /> : <OneJourney client={client} id={id} />}
    </>
  );
}

/** While it is not yet known who looks, or at what. */
export function JourneyLoading() {
  return (
    <>
      <Heading />
      <TimelineSkeleton />
    </>
  );
}

const Heading = () => (
  <div className={classes.head}>
    <h1 className={classes.title}>Journey of a message</h1>
    <p className={classes.lead}>When it was committed, published, delivered to whom, and read.</p>
  </div>
);

const NoMessage = () => (
  <div className={classes.empty}>
    <Icon name="send" size={30} />
    <Text fw={600}>Which message?</Text>
    <Text size="sm" c="dimmed" maw={420}>
      Paste its id above: it stands in the log, in the trace, and in every answer of the API. Or follow the link
      “Journey” at a message in Try it.
    </Text>
  </div>
);

function OneJourney({ client, id }: { client: Client; id: string }) {
  const { journey, error, retry } = useJourney(client, id);
  if (error) return <Failed error={error} onRetry={retry} />;
  if (!journey) return <TimelineSkeleton />;
  return (
    <div className={classes.columns}>
      <section className={classes.card} aria-label="What has happened">
        <h2 className={classes.cardTitle}>{statusText[journey.message.status]}</h2>
        <Timeline steps={toSteps(journey)} from={journey.message.createdAt} />
      </section>
      <Facts journey={journey} />
    </div>
  );
}

const statusText = { SENT: 'Sent', DELIVERED: 'Delivered', READ: 'Read' };
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

function Facts({ journey: { message, traceId, traceUrl, timesKeptSince } }: { journey: MessageJourney }) {
  const kept = timesKeptSince
    ? `Times of publishing, delivery and reading are kept since ${day.format(new Date(timesKeptSince))}.`
    : 'Times of publishing, delivery and reading are not kept here (JOURNEY_RETENTION_DAYS is 0).';
  return (
    <section className={classes.card} aria-label="The message">
      <h2 className={classes.cardTitle}>The message</h2>
      <dl className={classes.facts}>
        <Fact name="Committed on">{day.format(new Date(message.createdAt))}</Fact>
        <Fact name="Conversation">
          <Id value={message.conversationId} />
        </Fact>
        <Fact name="Trace">
          {traceId ? <Id value={traceId} /> : 'It was sent while there was no tracing.'}
          {traceUrl && (
            <Anchor href={traceUrl} target="_blank" rel="noreferrer" className={classes.trace}>
              Open it in Jaeger
            </Anchor>
          )}
        </Fact>
      </dl>
      <p className={classes.note}>{kept}</p>
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Id = ({ value }: { value: string }) => (
  <span className={classes.id}>
    <code>{value}</code>
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      )}
    </CopyButton>
  </span>
);

function Failed({ error, onRetry }: { error: ParleyError; onRetry(): void }) {
  const missing = error.code === 'NOT_FOUND' || error.code === 'BAD_USER_INPUT';
  return (
    <Alert
      role="alert"
      icon={<Icon name="alert" />}
      title={missing ? 'There is no message with this id' : 'The journey could not be loaded'}
    >
      <Text size="sm" mb={missing ? 0 : 'sm'}>
        {missing
          ? 'A message that was never committed has no journey: its sender’s device still keeps it, or gave it up. Is it perhaps the id of a conversation?'
          : error.message}
      </Text>
      {!missing && (
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
