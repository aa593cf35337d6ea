import { TextInput } from '@mantine/core';
import { useId } from 'react';

interface NameFieldProps {
  label: string;
  placeholder: string;
  value: string;
  /** To choose from; any other may be typed. */
  known: readonly string[];
  onChange(value: string): void;
  onDone(): void;
}

/** A name that the host application gave, of which only some are known here. */
export function NameField({ label, placeholder, value, known, onChange, onDone }: NameFieldProps) {
  const list = useId();
  return (
    <>
      <TextInput
        size="sm"
        label={label}
        placeholder={placeholder}
        value={value}
        list={list}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        onBlur={onDone}
        maxLength={200}
        autoComplete="off"
      />
      <datalist id={list}>
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
