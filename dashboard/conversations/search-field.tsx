import { TextInput } from '@mantine/core';
import classes from './conversations.module.css';

interface SearchFieldProps {
  label: string;
  /** What is searched. */
  description: string;
  value: string;
  onChange(value: string): void;
}

/** Words to search for. The server takes a hundred characters. */
export function SearchField({ label, description, value, onChange }: SearchFieldProps) {
  return (
    <TextInput
      className={classes.search}
      label={label}
      description={description}
      type="search"
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      maxLength={100}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
