import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { Person } from '../../client/index.ts';
import { ranges } from '../overview/kpi-series.ts';
import { type ConversationFilter, isNarrowed, noFilter } from './conversation-filter.ts';
import { priorityText, statusText } from './conversation-list.ts';
import classes from './conversations.module.css';
import { SearchField } from './search-field.tsx';

interface FiltersProps {
  filter: ConversationFilter;
  agents: readonly Person[];
  /** Topics that are on the page, to choose from. */
  topics: readonly string[];
  onNarrow(change: Partial<ConversationFilter>): void;
}

/** unset: what the filter says while it narrows nothing. */
const options = (unset: string, texts: Record<string, string>) => [
  { value: '', label: unset },
  ...Object.entries(texts).map(([value, label]) => ({ value, label })),
];

export function Filters({ filter, agents, topics, onNarrow }: FiltersProps) {
  const [words, setWords] = useState(filter.q);
  const [topic, setTopic] = useState(filter.topic);
  useEffect(() => setWords(filter.q), [filter.q]);
  useEffect(() => setTopic(filter.topic), [filter.topic]);

  function search(event: FormEvent) {
    event.preventDefault();
    onNarrow({ q: words.trim(), topic: topic.trim() });
  }
  const select = (key: keyof ConversationFilter, label: string, data: { value: string; label: string }[]) => (
    <NativeSelect
      size="sm"
      label={label}
      data={data}
      value={filter[key]}
      onChange={({ currentTarget }) => onNarrow({ [key]: currentTarget.value })}
    />
  );
  const staff = Object.fromEntries(agents.map(({ id, name }) => [id, name]));
  // Somebody whom the link names, though they are not among the first hundred.
  if (filter.agent && !staff[filter.agent]) staff[filter.agent] = 'This agent';

  return (
    <form className={classes.filters} onSubmit={search} aria-label="Conversations">
      <div className={classes.searchRow}>
        <SearchField
          label="Search"
          description="Beginnings of words in subject, topic, name or external id of members; or an id of a conversation, message or participant. Messages are not searched: they may be encrypted."
          value={words}
          onChange={setWords}
        />
        <Button type="submit" className={classes.go}>
          Search
        </Button>
      </div>
      <div className={classes.selects}>
        {select('status', 'Status', options('Any status', statusText))}
        {select('priority', 'Priority', options('Any priority', priorityText))}
        {select('agent', 'Agent', options('Anybody', staff))}
        <TextInput
          size="sm"
          label="Topic"
          placeholder="Any topic"
          value={topic}
          list="topics"
          onChange={({ currentTarget }) => setTopic(currentTarget.value)}
          onBlur={() => topic.trim() !== filter.topic && onNarrow({ topic: topic.trim() })}
          maxLength={200}
          autoComplete="off"
        />
        <datalist id="topics">
          {topics.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        {select(
          'range',
          'Active in the last',
          options('Any time', Object.fromEntries(ranges.map(({ key, words: said }) => [key, said]))),
        )}
        {isNarrowed(filter) && (
          <Button variant="subtle" size="sm" className={classes.clear} onClick={() => onNarrow(noFilter)}>
            Show all
          </Button>
        )}
      </div>
    </form>
  );
}
