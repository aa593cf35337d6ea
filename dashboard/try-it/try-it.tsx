import { Alert, Button, Loader, Text } from '@mantine/core';
import { useState } from 'react';
import type { Conversation, Observable } from '../../client/index.ts';
import { Notice } from '../session/notice.tsx';
import { useObservable } from '../session/use-observable.ts';
import { Agreement } from './agreement.tsx';
import { Chat } from './chat.tsx';
import { Composer } from './composer.tsx';
import { SidePane } from './side-pane.tsx';
import { Steps } from './steps.tsx';
import classes from './try-it.module.css';
import { type Role, type Sides, useVisit } from './use-visit.ts';

const openers = ['Hi! Where is my order?', 'Can I move my booking to Friday?'];

export function TryIt() {
  const { sides, problem, restart } = useVisit();
  if (problem) {
    return (
      <Notice title="This page could not be set up">
        <Text>{problem}</Text>
        <Button onClick={restart}>Try again</Button>
      </Notice>
    );
  }
  return sides ? <Devices key={sides.customer.name} sides={sides} onRestart={restart} /> : <TryItLoading />;
}

export function TryItLoading() {
  return (
    <div className={classes.loading} role="status" aria-label="Setting up two devices">
      <Loader />
    </div>
  );
}

function Devices({ sides, onRestart }: { sides: Sides; onRestart(): void }) {
  const [active, setActive] = useState<Role>('customer');
  const [starting, setStarting] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [conversations, setConversations] = useState<Record<Role, Conversation> | null>(null);
  const customer = useObservable(conversations?.customer ?? nothing);
  const agent = useObservable(conversations?.agent ?? nothing);
  const { status } = useObservable(sides.customer.client.connection);

  async function start(body: string) {
    setStarting(true);
    try {
      const theirs = await sides.customer.client.startConversation({ subject: 'Try it' });
      theirs.send(body);
      setConversations({ customer: theirs, agent: sides.agent.client.conversation(theirs.id) });
    } catch (error) {
      setProblem((error as Error).message);
    }
    setStarting(false);
  }

  function startOver() {
    conversations?.customer.unfollow();
    conversations?.agent.unfollow();
    setConversations(null);
  }

  const pane = (role: Role) => ({ side: sides[role], active: active === role, onActivate: () => setActive(role) });
  const chat = (role: Role) => ({ side: sides[role], active: active === role, onNew: startOver });

  return (
    <>
      <div className={classes.intro}>
        <h1 className={classes.title}>Try it</h1>
        <p className={classes.lead}>
          Two devices, one conversation. Whatever you do to their networks, no message is lost, doubled or out of order.
        </p>
        <Steps sides={sides} customer={customer} agent={agent} />
      </div>
      {status === 'refused' && (
        <Alert title="This visit is over" mb="md" role="alert">
          <Text size="sm" mb="sm">
            The two people of this page exist for an hour.
          </Text>
          <Button size="xs" variant="default" onClick={onRestart}>
            Begin a new visit
          </Button>
        </Alert>
      )}
      <div className={classes.panes}>
        <SidePane {...pane('customer')}>
          {conversations ? (
            <Chat {...chat('customer')} conversation={conversations.customer} />
          ) : (
            <>
              <div className={classes.center}>
                <Text fw={600}>Ask something as {sides.customer.shortName}</Text>
                <div className={classes.openers}>
                  {openers.map((text) => (
                    <Button
                      key={text}
                      variant="default"
                      radius="xl"
                      disabled={starting}
                      onClick={() => void start(text)}
                    >
                      {text}
                    </Button>
                  ))}
                </div>
                {starting && (
                  <Text size="sm" c="dimmed" role="status">
                    Starting the conversation
                  </Text>
                )}
                {problem && (
                  <Text size="sm" role="alert" c="var(--parley-bad)">
                    {problem}
                  </Text>
                )}
              </div>
              <Composer
                label={`Write as ${sides.customer.shortName}`}
                disabled={starting}
                onSend={(body) => void start(body)}
              />
            </>
          )}
        </SidePane>
        <SidePane
          {...pane('agent')}
          onClose={
            agent?.state?.status === 'OPEN' ? () => void conversations?.agent.close().catch(() => {}) : undefined
          }
        >
          {conversations ? (
            <Chat {...chat('agent')} conversation={conversations.agent} />
          ) : (
            <div className={classes.center}>
              <Text fw={600}>Nobody is waiting</Text>
              <Text size="sm" c="dimmed" ta="center">
                When {sides.customer.shortName} writes, {sides.agent.shortName} can claim the conversation here.
              </Text>
            </div>
          )}
        </SidePane>
      </div>
      {conversations && <Agreement sides={sides} conversations={conversations} />}
    </>
  );
}

/** Stands for a conversation that has not begun. */
const nothing: Observable<null> = { subscribe: () => () => {}, getSnapshot: () => null };
