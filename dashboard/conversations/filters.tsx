import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { Person } from '../../client/index.ts';
import { ranges } from '../overview/kpi-series.ts';
import { type ConversationFilter, isNarrowed, noFilter } from './conversation-filter.ts';
import { priorityText, statusText } from './conversation-list.ts';
import classes from './conversations.module.css';

interface FiltersProps {
  filter: ConversationFilter;
  agents: readonly Person[];
  /** Topics that are on the page, to choose from. */
  topics: readonly string[];
  onNarrow(change: Partial<ConversationFilter>): void;
}

const options = (any: string, texts: Record<string, string>) => [
  { value: '', label: any },
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
        <TextInput
          className={classes.search}
          label="Search"
          description="Beginnings of words in subject, topic, name or external id of members; or an id of a conversation, message or participant. Messages are not searched: they may be encrypted."
          type="search"
          value={words}
          onChange={({ currentTarget }) => setWords(currentTarget.value)}
          maxLength={100}
          autoComplete="off"
          spellCheck={false}
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
