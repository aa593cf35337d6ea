import { Button, Loader, Text } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import type { ConfirmedMessage, Conversation, ConversationState, ConversationView } from '../../client/index.ts';
import { useObservable } from '../session/use-observable.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import { SurveyForm } from './survey-form.tsx';
import classes from './try-it.module.css';
import type { Side } from './use-visit.ts';

interface ChatProps {
  side: Side;
  conversation: Conversation;
  /** Whether the visitor is on this side: what arrives while they are counts as read. */
  active: boolean;
  onNew(): void;
}

/** A conversation as one side sees it. */
export function Chat({ side, conversation, active, onNew }: ChatProps) {
  const view = useObservable(conversation);
  const { state } = view;
  const [editing, setEditing] = useState<ConfirmedMessage | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const report = (doing: Promise<void>) =>
    doing.then(() => setProblem(null)).catch((e: Error) => setProblem(e.message));

  // biome-ignore lint/correctness/useExhaustiveDependencies: each event that arrives while the visitor looks is read.
  useEffect(() => {
    if (active) conversation.markRead();
  }, [active, conversation, state?.headSeq, view.phase]);

  const actions = useMemo(
    () => ({
      edit: setEditing,
      // Its failure is shown at the message.
      remove: (message: ConfirmedMessage) => void conversation.delete(message.id),
      retry: conversation.retry,
      discard: conversation.discard,
    }),
    [conversation],
  );

  if (!state && view.messages.length === 0) return <Opening view={view} />;
  // Who has started it offline is a member before the server knows of it.
  const isMember = !state || state.members.some(({ id, present }) => id === state.viewer.id && present);

  return (
    <>
      {view.phase === 'live' && state && <PeerLine state={state} />}
      <MessageList
        label={`Messages on ${side.shortName}’s side`}
        state={state}
        messages={view.messages}
        actions={actions}
        onLoadEarlier={() => void report(conversation.loadEarlier())}
      >
        {state && <Typing state={state} />}
      </MessageList>
      <CatchUpNote catchUp={view.catchUp} />
      {problem && (
        <Text role="alert" size="sm" c="var(--parley-bad)" px="md" pb={6}>
          {problem}
        </Text>
      )}
      {state?.status === 'CLOSED' ? (
        <div className={classes.foot}>
          <Text size="sm" c="dimmed">
            This conversation is closed.
          </Text>
          {side.role === 'customer' && (
            <SurveyForm client={side.client} conversation={conversation} survey={state.survey} />
          )}
          <div className={classes.buttons}>
            {side.role === 'agent' && (
              <Button variant="default" size="xs" onClick={() => void report(conversation.reopen())}>
                Reopen
              </Button>
            )}
            <Button variant="default" size="xs" onClick={onNew}>
              Start a new one
            </Button>
          </div>
        </div>
      ) : isMember ? (
        <Composer
          label={`Write as ${side.shortName}`}
          editing={editing}
          onCancelEdit={() => setEditing(null)}
          onTyping={conversation.setTyping}
          onSend={(body) => {
            if (editing) {
              void conversation.edit(editing.id, body);
              setEditing(null);
            } else {
              conversation.send(body);
            }
          }}
        />
      ) : (
        <div className={classes.foot}>
          <Text size="sm">{state.members.find(({ role }) => role === 'CUSTOMER')?.name} waits for an agent.</Text>
          <Button onClick={() => void report(conversation.assign())}>Claim the conversation</Button>
        </div>
      )}
    </>
  );
}

function Opening({ view }: { view: ConversationView }) {
  return (
    <div className={classes.center} role="status">
      {view.error ? (
        <Text size="sm">{view.error.message}</Text>
      ) : (
        <>
          <Loader size="sm" />
          <Text size="sm" c="dimmed">
            Opening the conversation
          </Text>
        </>
      )}
    </div>
  );
}

/** Who is at the other end, and whether they are there. */
function PeerLine({ state }: { state: ConversationState }) {
  const peers = state.members.filter(({ id, present }) => id !== state.viewer.id && present);
  return (
    <p className={classes.peer}>
      {peers.length === 0 ? (
        'Nobody else is here yet'
      ) : (
        <>
          With{' '}
          {peers.map(({ id, name, online }) => (
            <span key={id} className={classes.peerName}>
              <span className={classes.dot} data-online={online || undefined} aria-hidden="true" />
              <strong>{name}</strong>, {online ? 'online' : 'away'}
            </span>
          ))}
        </>
      )}
    </p>
  );
}

function Typing({ state }: { state: ConversationState }) {
  const typing = state.members.filter((m) => m.typing && m.id !== state.viewer.id);
  if (typing.length === 0) return null;
  return (
    <p className={classes.typing} role="status">
      <span className={classes.dots} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {typing.map(({ name }) => name.split(' ')[0]).join(' and ')} is typing
    </p>
  );
}

/** How long the note stays, in ms. */
const NOTE_MS = 8_000;

function CatchUpNote({ catchUp }: { catchUp: ConversationView['catchUp'] }) {
  const [hidden, setHidden] = useState<number | null>(null);
  useEffect(() => {
    if (!catchUp) return;
    const timer = setTimeout(() => setHidden(catchUp.at), NOTE_MS);
    return () => clearTimeout(timer);
  }, [catchUp]);
  if (!catchUp || hidden === catchUp.at) return null;
  const n = catchUp.messages;
  return (
    <p className={classes.catchUp} role="status">
      Caught up: {n === 0 ? 'no new messages' : `${n} ${n === 1 ? 'message' : 'messages'}`}
    </p>
  );
}
