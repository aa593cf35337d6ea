import { Button } from '@mantine/core';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { ConversationState, ConversationView } from '../../client/index.ts';
import { Icon } from '../shell/icon.tsx';
import { type MessageActions, MessageBubble } from './message-bubble.tsx';
import classes from './try-it.module.css';

interface MessageListProps {
  label: string;
  /** Null of a conversation that was started offline. */
  state: ConversationState | null;
  messages: ConversationView['messages'];
  actions: MessageActions;
  onLoadEarlier(): void;
  /** Shown after the newest message. */
  children?: ReactNode;
}

/** Less than this from the end, in px, counts as reading the newest. */
const NEAR_END_PX = 60;

export function MessageList({ label, state, messages, actions, onLoadEarlier, children }: MessageListProps) {
  const box = useRef<HTMLElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const newest = messages.at(-1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever makes the list longer must keep its end in view.
  useLayoutEffect(() => {
    const { current } = box;
    if (current && (atEnd || newest?.seq === null)) current.scrollTop = current.scrollHeight;
  }, [messages, children, atEnd]);

  return (
    <div className={classes.listFrame}>
      <section
        ref={box}
        className={classes.list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        tabIndex={0}
        aria-label={label}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_END_PX)
        }
      >
        {state?.earlierCursor && (
          <Button variant="subtle" size="compact-sm" onClick={onLoadEarlier}>
            Earlier messages
          </Button>
        )}
        <ol className={classes.messages} aria-live="polite" aria-relevant="additions">
          {messages.map((message) => (
            <MessageBubble
              key={message.id}
              message={message}
              own={message.seq === null || message.sender.id === state?.viewer.id}
              editable={state?.status !== 'CLOSED'}
              actions={actions}
            />
          ))}
        </ol>
        {children}
      </section>
      {!atEnd && (
        <Button
          className={classes.toEnd}
          size="compact-sm"
          variant="default"
          radius="xl"
          leftSection={<Icon name="down" size={14} />}
          onClick={() => box.current?.scrollTo({ top: box.current.scrollHeight })}
        >
          Newest
        </Button>
      )}
    </div>
  );
}
