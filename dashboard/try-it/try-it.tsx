import { Alert, Button, Loader, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Client, Conversation, Observable } from '../../client/index.ts';
import { Notice } from '../session/notice.tsx';
import { useObservable } from '../session/use-observable.ts';
import { Agreement } from './agreement.tsx';
import { Chat } from './chat.tsx';
import { Composer } from './composer.tsx';
import { SidePane } from './side-pane.tsx';
import { Steps } from './steps.tsx';
import classes from './try-it.module.css';
import { type Role, useVisit, type Visit } from './use-visit.ts';

const openers = ['Hi! Where is my order?', 'Can I move my booking to Friday?'];

export function TryIt() {
  const { visit, problem, restart } = useVisit();
  if (problem) {
    return (
      <Notice title="This page could not be set up">
        <Text>{problem}</Text>
        <Button onClick={restart}>Try again</Button>
      </Notice>
    );
  }
  return visit ? <Devices key={visit.key} visit={visit} onRestart={restart} /> : <TryItLoading />;
}

export function TryItLoading() {
  return (
    <div className={classes.loading} role="status" aria-label="Setting up two devices">
      <Loader />
    </div>
  );
}

function Devices({ visit, onRestart }: { visit: Visit; onRestart(): void }) {
  const { sides, conversationId } = visit;
  const [active, setActive] = useState<Role>('customer');
  const theirs = useConversation(sides.customer.client, conversationId);
  const customer = useObservable(theirs ?? nothing);
  // Started offline, it does not exist for anybody else before it is sent.
  const ours = useConversation(sides.agent.client, customer?.state ? conversationId : null);
  const agent = useObservable(ours ?? nothing);
  const { status } = useObservable(sides.customer.client.connection);

  function start(body: string) {
    const conversation = sides.customer.client.startConversation({ subject: 'Try it' });
    conversation.send(body);
    visit.setConversation(conversation.id);
  }

  const pane = (role: Role) => ({
    side: sides[role],
    active: active === role,
    onActivate: () => setActive(role),
    onSwitch: (off: boolean) => visit.setOff(role, off),
  });
  const chat = (role: Role) => ({
    side: sides[role],
    active: active === role,
    onNew: () => visit.setConversation(null),
  });

  return (
    <>
      <div className={classes.intro}>
        <h1 className={classes.title}>Try it</h1>
        <p className={classes.lead}>
          Two devices, one conversation. Whatever you do to their networks, no message is lost, doubled or out of order.
        </p>
        {conversationId && status !== 'refused' && (
          <Button className={classes.startOver} size="compact-sm" variant="subtle" color="gray" onClick={onRestart}>
            Start over
          </Button>
        )}
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
          {theirs ? (
            <Chat {...chat('customer')} conversation={theirs} />
          ) : (
            <>
              <div className={classes.center}>
                <Text fw={600}>Ask something as {sides.customer.shortName}</Text>
                <div className={classes.openers}>
                  {openers.map((text) => (
                    <Button key={text} variant="default" radius="xl" onClick={() => start(text)}>
                      {text}
                    </Button>
                  ))}
                </div>
              </div>
              <Composer label={`Write as ${sides.customer.shortName}`} onSend={start} />
            </>
          )}
        </SidePane>
        <SidePane
          {...pane('agent')}
          onClose={agent?.state?.status === 'OPEN' ? () => void ours?.close().catch(() => {}) : undefined}
        >
          {ours ? (
            <Chat {...chat('agent')} conversation={ours} />
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
      {theirs && ours && <Agreement sides={sides} conversations={{ customer: theirs, agent: ours }} />}
    </>
  );
}

/** The live handle, for as long as it is shown. */
function useConversation(client: Client, id: string | null): Conversation | null {
  const [conversation, setConversation] = useState<Conversation | null>(null);
  useEffect(() => {
    const opened = id === null ? null : client.conversation(id);
    setConversation(opened);
    return () => opened?.unfollow();
  }, [client, id]);
  return conversation?.id === id ? conversation : null;
}

/** Stands for a conversation that has not begun. */
const nothing: Observable<null> = { subscribe: () => () => {}, getSnapshot: () => null };
