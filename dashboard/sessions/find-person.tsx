import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Client } from '../../client/index.ts';
import { roleText } from '../conversations/conversation-list.ts';
import conversations from '../conversations/conversations.module.css';
import { SearchField } from '../conversations/search-field.tsx';
import { useAnswer } from '../session/use-answer.ts';
import { type People, peopleQuery } from './session-list.ts';
import classes from './sessions.module.css';

/** Somebody by name or by the host application's id. */
export function FindPerson({ client, onFind }: { client: Client; onFind(id: string): void }) {
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  function search(event: FormEvent) {
    event.preventDefault();
    setAsked(words.trim());
  }
  return (
    <form onSubmit={search} aria-label="Somebody's sessions" className={conversations.filters}>
      <div className={conversations.searchRow}>
        <SearchField
          label="Whose"
          description="Beginnings of words of their name or external id, or their id."
          value={words}
          onChange={setWords}
        />
        <Button type="submit">Find</Button>
      </div>
      {asked && <Found client={client} search={asked} onFind={onFind} />}
    </form>
  );
}

function Found({ client, search, onFind }: { client: Client; search: string; onFind(id: string): void }) {
  const { data, error } = useAnswer<People>(client, peopleQuery, { search }, 60_000);
  if (error && !data) return <p role="alert">{error.message}</p>;
  if (!data) return <p role="status">Looking …</p>;
  const people = data.participants.edges.map(({ node }) => node);
  if (people.length === 0) return <p role="status">Nobody is found by “{search}”.</p>;
  return (
    <ul className={classes.people} aria-label="Found">
      {people.map(({ id, name, role, externalId }) => (
        <li key={id}>
          <Button variant="default" size="compact-sm" onClick={() => onFind(id)} className={classes.person}>
            {name} · {roleText[role].toLowerCase()} · {externalId}
          </Button>
        </li>
      ))}
    </ul>
  );
}
