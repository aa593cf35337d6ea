import { CommandError } from './run-command.ts';

/** What the server takes in a claim. */
const MAX_CLAIM_LENGTH = 200;

export function checkClaim(option: string, text: string | undefined): asserts text is string {
  const ok = text?.trim() && text.length <= MAX_CLAIM_LENGTH && text.isWellFormed() && !text.includes('\0');
  if (!ok) throw new CommandError(`${option} is ${given(text)}: it must have 1 to ${MAX_CLAIM_LENGTH} characters.`);
}

/** What was given for an option, as an error shows it. */
export function given(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
