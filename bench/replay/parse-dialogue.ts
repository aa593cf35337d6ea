import type { Dialogue, Turn } from './dialogue.ts';

/** The contract's limit for a message's body, in Unicode code points. */
const MAX_TEXT = 8_000;
/** The id becomes part of the customer's name. */
const MAX_ID = 100;
const MAX_TOPIC = 200;

/** Why a line cannot be played, in words for the person who wrote the file. */
export class BadLine extends Error {
  override name = 'BadLine';
}

/** Turns one line of the file into a dialogue, or says what is wrong with it. Unknown fields are left alone. */
export function parseDialogue(line: string): Dialogue {
  const value = parseObject(line);
  const id = typeof value.id === 'number' ? String(value.id) : value.id;
  if (typeof id !== 'string') throw new BadLine('it has no "id"');
  const topic = value.topic ?? undefined;
  if (topic !== undefined && typeof topic !== 'string') throw new BadLine('its "topic" is not a text');
  if (topic !== undefined) checkText('"topic"', topic, MAX_TOPIC);
  checkText('"id"', id, MAX_ID);
  if (!Array.isArray(value.turns) || value.turns.length === 0) throw new BadLine('it has no "turns"');
  return { id, topic, turns: value.turns.map(parseTurn) };
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadLine('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadLine('it is not a JSON object');
  return value as Record<string, unknown>;
}

function parseTurn(turn: unknown, index: number): Turn {
  const where = `turn ${index + 1}`;
  if (typeof turn !== 'object' || turn === null) throw new BadLine(`${where} is not an object`);
  const { from, text } = turn as Record<string, unknown>;
  if (from !== 'customer' && from !== 'agent') {
    throw new BadLine(`${where} is from ${JSON.stringify(from)}, neither "customer" nor "agent"`);
  }
  if (typeof text !== 'string') throw new BadLine(`${where} has no "text"`);
  checkText(`the text of ${where}`, text, MAX_TEXT);
  return { from, text };
}

function checkText(what: string, text: string, max: number): void {
  if (text === '') throw new BadLine(`${what} is empty`);
  if (text.includes('\0')) throw new BadLine(`${what} contains NUL`);
  if (!text.isWellFormed()) throw new BadLine(`${what} contains half a surrogate pair`);
  // Code points are at most the UTF-16 units, so the count is only made where it can matter.
  if (text.length > max && [...text].length > max) {
    throw new BadLine(`${what} has ${[...text].length} characters, more than ${max}`);
  }
}
