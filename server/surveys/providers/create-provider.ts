import type { Config } from '../../config.ts';
import type { SurveyProvider } from './provider.ts';
import { createQualtrics } from './qualtrics.ts';
import { createSurveyMonkey } from './surveymonkey.ts';
import { createZigpoll } from './zigpoll.ts';

/** The one that is configured; config.ts has seen to it that nothing of what it needs is missing. */
export function createSurveyProvider(config: Config): SurveyProvider | undefined {
  const apiToken = config.SURVEY_PROVIDER_API_TOKEN!;
  const secret = config.SURVEY_PROVIDER_WEBHOOK_SECRET!;
  const apiUrl = config.SURVEY_PROVIDER_API_URL;
  const surveyId = config.SURVEY_PROVIDER_SURVEY!;
  const common = { url: config.SURVEY_PROVIDER_URL!, timeoutMs: config.SURVEY_PROVIDER_TIMEOUT_MS };
  switch (config.SURVEY_PROVIDER) {
    case 'zigpoll':
      return createZigpoll({
        ...common,
        pollId: surveyId,
        apiUrl: apiUrl ?? 'https://v1.zigpoll.com',
        apiKey: apiToken,
      });
    case 'qualtrics':
      return createQualtrics({ ...common, surveyId, apiUrl: apiUrl!, apiToken, sharedKey: secret });
    case 'surveymonkey':
      return createSurveyMonkey({
        ...common,
        surveyId,
        apiUrl: apiUrl ?? 'https://api.surveymonkey.com',
        apiToken,
        clientId: config.SURVEY_PROVIDER_CLIENT_ID!,
        secret,
      });
    case undefined:
      return undefined;
  }
}
