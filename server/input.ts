import { badInput } from './errors.ts';

/** Checks of what callers send. Each names the field and says what would be right (BAD_USER_INPUT). */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Any case is accepted; compared, stored and answered is lower case. */
export function checkId(field: string, value: string): string {
  if (!UUID.test(value)) throw badInput(field, 'must be a UUID such as 0198c0de-0000-7000-8000-000000000000.');
  return value.toLowerCase();
}

export const checkOptionalId = (field: string, value: string | null | undefined) =>
  value === null || value === undefined ? undefined : checkId(field, value);

/**
 * Text that PostgreSQL can store and every reader can show as it was written: NUL cannot be stored, and a lone surrogate
 * would come back as U+FFFD. Lengths are in code points, as people count.
 */
export function checkText(field: string, value: string, { min = 0, max }: { min?: number; max: number }): string {
  if (value.includes('\0')) throw badInput(field, 'must not contain NUL characters.');
  if (!value.isWellFormed()) throw badInput(field, 'must be well-formed Unicode (it has a lone surrogate).');
  // Code units first: counting code points of a megabyte is work that an attacker would like us to do.
  const length = value.length > 2 * max ? value.length : codePoints(value);
  if (length < min) throw badInput(field, 'must not be empty.');
  if (length > max) throw badInput(field, `must have at most ${max.toLocaleString('en')} Unicode code points.`);
  return value;
}

export const checkOptionalText = (field: string, value: string | null | undefined, limits: { max: number }) =>
  value === null || value === undefined ? null : checkText(field, value, limits);

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

export function checkRange(field: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw badInput(field, `must be a whole number from ${min} to ${max}.`);
  return value;
}
