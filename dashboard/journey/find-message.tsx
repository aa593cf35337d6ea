import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import classes from './journey.module.css';

interface FindMessageProps {
  /** The message that is shown; empty when none is. */
  id: string;
  onFind(id: string): void;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where an id is pasted, with whatever came along with it. */
export function FindMessage({ id, onFind }: FindMessageProps) {
  const [text, setText] = useState(id);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => setText(id), [id]);

  function find(event: FormEvent) {
    event.preventDefault();
    const wanted = text.trim().toLowerCase();
    setProblem(UUID.test(wanted) ? null : 'A message’s id looks like 0197a0b2-6c1d-7e3f-8a4b-5c6d7e8f9a0b.');
    if (UUID.test(wanted)) onFind(wanted);
  }

  return (
    <form className={classes.find} onSubmit={find} aria-label="Find a message">
      <TextInput
        className={classes.field}
        label="Message id"
        placeholder="0197a0b2-6c1d-7e3f-8a4b-5c6d7e8f9a0b"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        error={problem}
        autoComplete="off"
        spellCheck={false}
      />
      <Button type="submit" className={classes.show}>
        Show
      </Button>
    </form>
  );
}
