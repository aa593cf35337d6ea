import { ActionIcon, CloseButton, Textarea } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { ConfirmedMessage } from '../../client/index.ts';
import { Icon } from '../shell/icon.tsx';
import classes from './try-it.module.css';

/** The server's limit, in Unicode code points. */
const MAX_LENGTH = 8_000;

interface ComposerProps {
  label: string;
  /** The message that is being changed instead of writing a new one. */
  editing?: ConfirmedMessage | null;
  onCancelEdit?(): void;
  onTyping?(typing: boolean): void;
  onSend(body: string): void;
}

export function Composer({ label, editing = null, onCancelEdit, onTyping, onSend }: ComposerProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const length = [...text].length;
  const sendable = text.trim() !== '' && length <= MAX_LENGTH;

  useEffect(() => {
    setText(editing?.body ?? '');
    if (editing) field.current?.focus();
  }, [editing]);

  function send() {
    if (!sendable) return;
    onSend(text.trim());
    if (!editing) setText('');
  }

  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes, Enter chooses a candidate.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    }
    if (event.key === 'Escape' && editing) onCancelEdit?.();
  }

  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {editing && (
        <div className={classes.editing}>
          <Icon name="pencil" size={14} />
          <span>Editing your message</span>
          <CloseButton size="sm" aria-label="Cancel editing" onClick={onCancelEdit} />
        </div>
      )}
      <div className={classes.composerRow}>
        <Textarea
          ref={field}
          className={classes.field}
          aria-label={label}
          placeholder={label}
          value={text}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            onTyping?.(currentTarget.value !== '');
          }}
          onKeyDown={onKeyDown}
          error={length > MAX_LENGTH ? `${length - MAX_LENGTH} characters too long` : undefined}
          autosize
          minRows={1}
          maxRows={6}
          radius="lg"
        />
        <ActionIcon type="submit" size={36} radius="xl" disabled={!sendable} aria-label={editing ? 'Save' : 'Send'}>
          <Icon name={editing ? 'check' : 'send'} />
        </ActionIcon>
      </div>
    </form>
  );
}
