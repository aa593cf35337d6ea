import { z } from 'zod';
import { badInput, ChatError } from '../../errors.ts';
import { askProvider, ProviderFailed } from './ask-provider.ts';
import { isSignedBy } from './is-signed-by.ts';
import { type Given, REFERENCE_FIELD, type SurveyProvider, toGiven, toTime } from './provider.ts';

/**
 * SurveyMonkey. What it follows, all of api.surveymonkey.com/v3/docs:
 * - the link: a web link with a custom variable of the survey, `?NAME=VALUE` ("Survey Responses": `custom_variables`)
 * - the webhook: "Webhook Callbacks": JSON that names the response; `Sm-Signature` is HMAC-SHA-1 of the body in base64, its key
 *   `CLIENT_ID&SECRET` ("Verifying the request"). The address has to answer HEAD with 200 before it is accepted ("/webhooks").
 * - the answers: "/surveys/{id}/responses/{id}/details": choices by their ids alone, so that what they say is looked up in
 *   "/surveys/{id}/details" ("Formatting Question Types": `text`, and `weight` where choices are rated)
 */
export function createSurveyMonkey(settings: Settings): SurveyProvider {
  const { url, surveyId, apiUrl, apiToken, clientId, secret, timeoutMs } = settings;
  const ask = (path: string) =>
    askProvider(new URL(path, apiUrl), { authorization: `Bearer ${apiToken}` }, { timeoutMs });
  let choices: ReadonlyMap<string, Given> = new Map();

  /** Of all choices of the survey; asked for again when an answer has one that is not known yet. */
  async function knowChoices(ids: readonly string[]): Promise<ReadonlyMap<string, Given>> {
    if (ids.every((id) => choices.has(id))) return choices;
    const read = surveyShape.safeParse(await ask(`/v3/surveys/${surveyId}/details`));
    if (!read.success) throw new ProviderFailed('the survey has no questions');
    const all = read.data.pages.flatMap(({ questions }) => questions.flatMap(({ answers }) => answers?.choices ?? []));
    choices = new Map(all.map((choice) => [choice.id, whatItSays(choice)]));
    return choices;
  }

  return {
    name: 'surveymonkey',
    linkTo(reference) {
      const link = new URL(url);
      link.searchParams.set(REFERENCE_FIELD, reference);
      return link.href;
    },
    answers: {
      by: 'webhook',
      async receive({ headers, body }) {
        const signature = [headers['sm-signature']].flat()[0];
        const key = `${clientId}&${secret}`;
        if (!isSignedBy({ algorithm: 'sha1', key, content: body, signature, encoding: 'base64' }))
          throw new ChatError('UNAUTHENTICATED', 'Sm-Signature is not that of the body.');
        const { event_type, object_id, resources } = readEvent(body);
        if (event_type !== 'response_completed' || resources.survey_id !== surveyId) return undefined;
        const read = responseShape.safeParse(await ask(`/v3/surveys/${surveyId}/responses/${object_id}/details`));
        if (!read.success) throw new ProviderFailed('the response has no pages');
        const { pages, custom_variables, date_modified } = read.data;
        const questions = pages.flatMap(({ questions }) => questions);
        const known = await knowChoices(
          questions.flatMap(({ answers }) => answers.flatMap(({ choice_id }) => choice_id ?? [])),
        );
        const reference = custom_variables?.[REFERENCE_FIELD];
        return {
          reference: typeof reference === 'string' ? reference : undefined,
          given: new Map(
            questions.flatMap(({ id, answers: [first] }) => {
              const given = first?.choice_id ? known.get(first.choice_id) : toGiven(first?.text);
              return given ? [[id, given] as const] : [];
            }),
          ),
          answeredAt: toTime(date_modified),
        };
      },
    },
  };
}

type Settings = {
  readonly url: string;
  readonly surveyId: string;
  readonly apiUrl: string;
  readonly apiToken: string;
  readonly clientId: string;
  readonly secret: string;
  readonly timeoutMs: number;
};

/** Examples have texts, tables of the same documentation say Integer. */
const id = z.union([z.string(), z.number()]).transform(String);
const eventShape = z.object({
  event_type: z.string(),
  object_id: id.pipe(z.string().regex(/^\d{1,40}$/)),
  resources: z.object({ survey_id: id }),
});
const responseShape = z.object({
  custom_variables: z.record(z.string(), z.unknown()).nullish(),
  date_modified: z.string().nullish(),
  pages: z.array(
    z.object({
      questions: z
        .array(
          z.object({
            id,
            answers: z.array(z.object({ choice_id: id.nullish(), text: z.string().nullish() })).default([]),
          }),
        )
        .default([]),
    }),
  ),
});
const choiceShape = z.object({ id, text: z.string().nullish(), weight: z.number().nullish() });
const surveyShape = z.object({
  pages: z.array(
    z.object({
      questions: z
        .array(z.object({ answers: z.object({ choices: z.array(choiceShape).optional() }).nullish() }))
        .default([]),
    }),
  ),
});

/** "4" is 4, whatever it weighs: NPS weighs its choices −100 to 100. "Good" is what it weighs. */
function whatItSays({ text, weight }: z.output<typeof choiceShape>): Given {
  const given = toGiven(text) ?? { text: null, number: null };
  return given.number === null && weight !== null && weight !== undefined ? { ...given, number: weight } : given;
}

function readEvent(body: Buffer): z.output<typeof eventShape> {
  try {
    return eventShape.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw badInput('body', 'must be JSON with event_type, object_id and resources.survey_id.');
  }
}
