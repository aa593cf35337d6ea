import { z } from 'zod';
import { askProvider, ProviderFailed } from './ask-provider.ts';
import { type Given, type ProviderAnswer, REFERENCE_FIELD, type SurveyProvider, toGiven } from './provider.ts';

/**
 * Zigpoll. What it follows:
 * - the link: docs.zigpoll.com, "Participant Metadata": an id and metadata of who answers. How a link carries them is what
 *   Zigpoll's own SDKs do (github.com/Zigpoll/zigpoll-android, `surveyUrl`): `?uid=ID#NAME=VALUE`. Each conversation is a
 *   participant of its own: who has answered one survey is asked again in the next.
 * - the answers: apidocs.zigpoll.com/reference, "Get Responses" and "Cursor Pagination": a row for each answered slide, with the
 *   metadata. Asked for, because what its webhooks send is documented nowhere, and nothing signs them.
 */
export function createZigpoll({ url, pollId, apiUrl, apiKey, timeoutMs }: Settings): SurveyProvider {
  async function* readResponses(since: Date, signal: AbortSignal): AsyncGenerator<Row> {
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const address = new URL('/responses', apiUrl);
      address.searchParams.set('pollId', pollId);
      address.searchParams.set('limit', String(PAGE));
      address.searchParams.set('createdAfter', String(since.getTime()));
      if (cursor) address.searchParams.set('startCursor', cursor);
      const read = pageShape.safeParse(await askProvider(address, { authorization: apiKey }, { timeoutMs, signal }));
      if (!read.success) throw new ProviderFailed('a page of responses has no data');
      const { data, hasNextPage, endCursor } = read.data;
      for (const row of data) {
        const read = rowShape.safeParse(row);
        // Of another kind than answers to a question: it must not keep those from being read.
        if (read.success) yield read.data;
      }
      if (!hasNextPage || !endCursor || endCursor === cursor) return;
      cursor = endCursor;
    }
    throw new ProviderFailed(`there are more than ${MAX_PAGES} pages of responses`);
  }

  return {
    name: 'zigpoll',
    linkTo(reference) {
      const link = new URL(url);
      link.searchParams.set('uid', reference);
      link.hash = `${REFERENCE_FIELD}=${reference}`;
      return link.href;
    },
    answers: {
      by: 'pull',
      async pull(since, signal) {
        const answers = new Map<string, Collected>();
        const begin = new Date(since.getTime() - OVERLAP_MS);
        for await (const { slideId, response, metadata, createdAt: answeredAt } of readResponses(begin, signal)) {
          const reference = metadata?.[REFERENCE_FIELD];
          const given = toGiven(response);
          // Answered from somewhere else than a link of ours.
          if (typeof reference !== 'string' || !given) continue;
          const answer = answers.get(reference) ?? { reference, given: new Map<string, Timed>(), answeredAt };
          answers.set(reference, answer);
          const before = answer.given.get(slideId);
          if (!before || before.at <= answeredAt) answer.given.set(slideId, { ...given, at: answeredAt });
          if (answer.answeredAt < answeredAt) answer.answeredAt = answeredAt;
        }
        const settled = Date.now() - SETTLED_MS;
        return [...answers.values()].filter(({ answeredAt }) => answeredAt.getTime() <= settled);
      },
    },
  };
}

type Settings = {
  readonly url: string;
  readonly pollId: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
};
type Timed = Given & { readonly at: Date };
type Collected = Omit<ProviderAnswer, 'answeredAt' | 'given'> & {
  answeredAt: Date;
  readonly given: Map<string, Timed>;
};

/** The most that the API gives at once. */
const PAGE = 1_000;
const MAX_PAGES = 1_000;
/** Slides are answered one by one: an answer is whole when nothing has been added for this long. */
const SETTLED_MS = 600_000;
/** So that the first slides of an answer that was not whole the last time come again with its last. */
const OVERLAP_MS = 3_600_000;

const rowShape = z.object({
  slideId: z.string(),
  response: z.union([z.string(), z.number()]).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  createdAt: z.coerce.date(),
});
type Row = z.output<typeof rowShape>;
const pageShape = z.object({
  data: z.array(z.unknown()),
  hasNextPage: z.boolean().optional(),
  endCursor: z.string().nullish(),
});
