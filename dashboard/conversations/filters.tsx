import { Button, NativeSelect } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { Person } from '../../client/index.ts';
import { ranges } from '../overview/kpi-series.ts';
import { type ConversationFilter, isNarrowed, noFilter } from './conversation-filter.ts';
import { priorityText, statusText } from './conversation-list.ts';
import classes from './conversations.module.css';
import { NameField } from './name-field.tsx';
import { SearchField } from './search-field.tsx';

interface FiltersProps {
  filter: ConversationFilter;
  agents: readonly Person[];
  /** Queues and topics that are on the page, to choose from. */
  queues: readonly string[];
  topics: readonly string[];
  onNarrow(change: Partial<ConversationFilter>): void;
}

/** unset: what the filter says while it narrows nothing. */
const options = (unset: string, texts: Record<string, string>) => [
  { value: '', label: unset },
  ...Object.entries(texts).map(([value, label]) => ({ value, label })),
];

export function Filters({ filter, agents, queues, topics, onNarrow }: FiltersProps) {
  const [words, setWords] = useState(filter.q);
  const [queue, setQueue] = useState(filter.queue);
  const [topic, setTopic] = useState(filter.topic);
  useEffect(() => setWords(filter.q), [filter.q]);
  useEffect(() => setQueue(filter.queue), [filter.queue]);
  useEffect(() => setTopic(filter.topic), [filter.topic]);

  function search(event: FormEvent) {
    event.preventDefault();
    onNarrow({ q: words.trim(), queue: queue.trim(), topic: topic.trim() });
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
        <NameField
          label="Queue"
          placeholder="Any queue"
          value={queue}
          known={queues}
          onChange={setQueue}
          onDone={() => queue.trim() !== filter.queue && onNarrow({ queue: queue.trim() })}
        />
        <NameField
          label="Topic"
          placeholder="Any topic"
          value={topic}
          known={topics}
          onChange={setTopic}
          onDone={() => topic.trim() !== filter.topic && onNarrow({ topic: topic.trim() })}
        />
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
