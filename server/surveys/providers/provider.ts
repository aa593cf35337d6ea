import type { IncomingHttpHeaders } from 'node:http';

/**
 * A service where customers answer the survey instead of at Parley. Links lead there with a reference to the conversation
 * (survey-references.ts); the answer comes back with it, by a webhook or because it is asked for. Each adapter knows its
 * provider's formats and nothing of Parley; what becomes of an answer is take-answer.ts.
 */
export type SurveyProvider = {
  readonly name: string;
  /** The survey there, for whoever answers about this conversation. */
  linkTo(reference: string): string;
  readonly answers: ByWebhook | ByPull;
};

type ByWebhook = {
  readonly by: 'webhook';
  /**
   * Undefined for what is not the answer that is waited for: another event, another survey. Throws UNAUTHENTICATED for a wrong
   * signature, BAD_USER_INPUT for what cannot be read, ProviderFailed when its API does not answer.
   */
  receive(delivery: Delivery): Promise<ProviderAnswer | undefined>;
};

type ByPull = {
  readonly by: 'pull';
  /** What was answered since then; throws ProviderFailed. An answer may come several times. */
  pull(since: Date, signal: AbortSignal): Promise<readonly ProviderAnswer[]>;
};

/** A webhook's request, its body byte for byte as it was signed. */
export type Delivery = { readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export type ProviderAnswer = {
  /** What the link had; undefined where it has none that can be read. */
  readonly reference: string | undefined;
  /** What was answered, by the provider's ids of its questions. */
  readonly given: ReadonlyMap<string, Given>;
  /** When, on the provider's clock. */
  readonly answeredAt: Date;
};

/** An answer as words, as a number, or as both: `{ text: '5', number: 5 }`. */
export type Given = { readonly text: string | null; readonly number: number | null };

/** The name under which the reference travels: embedded data, custom variable, metadata. */
export const REFERENCE_FIELD = 'conversation_ref';

/** An answer that is a whole number, or words that are one. */
export const toGiven = (value: unknown): Given | undefined => {
  if (typeof value === 'number') return { text: String(value), number: Number.isInteger(value) ? value : null };
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return { text: value, number: /^\s*\d{1,3}\s*$/.test(value) ? Number(value) : null };
};

/** What a provider says when it happened; now where that makes no sense. */
export function toTime(value: unknown): Date {
  const told = typeof value === 'string' || typeof value === 'number' ? new Date(value) : undefined;
  return told && told.getTime() <= Date.now() ? told : new Date();
}
