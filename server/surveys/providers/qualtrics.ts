import { z } from 'zod';
import { badInput, ChatError } from '../../errors.ts';
import { askProvider, ProviderFailed } from './ask-provider.ts';
import { isSignedBy } from './is-signed-by.ts';
import { REFERENCE_FIELD, type SurveyProvider, toGiven, toTime } from './provider.ts';

/**
 * Qualtrics. What it follows:
 * - the link: qualtrics.com/support, "Passing Information via Query Strings": `?FIELD=VALUE` becomes embedded data of the response
 * - the webhook: api.qualtrics.com, "Create Subscription" (topic `surveyengine.completedResponse.SV_…`, `sharedKey`): POSTs
 *   `application/x-www-form-urlencoded` with Topic, HMAC and MSG, which is JSON that names the response. How the HMAC is made is
 *   not written there: it is HMAC-SHA-512 of MSG, decoded, with the shared key, in hexadecimal (checked on a recorded event).
 * - the answers: api.qualtrics.com, "Retrieve a Survey Response": `result.values` by question, embedded data among them
 */
export function createQualtrics({ url, surveyId, apiUrl, apiToken, sharedKey, timeoutMs }: Settings): SurveyProvider {
  return {
    name: 'qualtrics',
    linkTo(reference) {
      const link = new URL(url);
      link.searchParams.set(REFERENCE_FIELD, reference);
      return link.href;
    },
    answers: {
      by: 'webhook',
      async receive({ body }) {
        const form = new URLSearchParams(body.toString('utf8'));
        const message = form.get('MSG') ?? '';
        const signature = form.get('HMAC') ?? undefined;
        if (!isSignedBy({ algorithm: 'sha512', key: sharedKey, content: message, signature, encoding: 'hex' }))
          throw new ChatError('UNAUTHENTICATED', 'HMAC is not that of MSG with the shared key.');
        const { SurveyID, ResponseID, Status } = readEvent(message);
        if (SurveyID !== surveyId || Status !== 'Complete') return undefined;
        const response = new URL(`/API/v3/surveys/${surveyId}/responses/${ResponseID}`, apiUrl);
        const read = responseShape.safeParse(await askProvider(response, { 'x-api-token': apiToken }, { timeoutMs }));
        if (!read.success) throw new ProviderFailed('the response has no values');
        const { values } = read.data.result;
        const reference = values[REFERENCE_FIELD];
        return {
          reference: typeof reference === 'string' ? reference : undefined,
          given: new Map(
            Object.entries(values).flatMap(([name, value]) => {
              const given = toGiven(value);
              return given ? [[name, given] as const] : [];
            }),
          ),
          answeredAt: toTime(values.endDate),
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
  readonly sharedKey: string;
  readonly timeoutMs: number;
};

const eventShape = z.object({
  SurveyID: z.string(),
  ResponseID: z.string().regex(/^R_\w{1,100}$/),
  Status: z.string(),
});
const responseShape = z.object({ result: z.object({ values: z.record(z.string(), z.unknown()) }) });

function readEvent(message: string): z.output<typeof eventShape> {
  try {
    return eventShape.parse(JSON.parse(message));
  } catch {
    throw badInput('MSG', 'must be JSON with SurveyID, ResponseID and Status; do not let the subscription encrypt it.');
  }
}
