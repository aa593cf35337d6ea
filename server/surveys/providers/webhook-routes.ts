import express, { Router } from 'express';
import { answerHttpError } from '../../answer-http-error.ts';
import type { ClientAddress } from '../../client-address.ts';
import { ChatError, unavailable } from '../../errors.ts';
import type { RateLimits } from '../../rate-limit/rate-limits.ts';
import type { Log } from '../../telemetry/log.ts';
import { endSpan, runIn, startOperation } from '../../telemetry/message-trace.ts';
import { ProviderFailed } from './ask-provider.ts';
import type { SurveyProvider } from './provider.ts';
import { type TakeParts, takeAnswer } from './take-answer.ts';

/** Events name a response; they have some 500 bytes. */
const MAX_BODY = '64kb';

type Parts = TakeParts & {
  provider: SurveyProvider | undefined;
  log: Log;
  limits: RateLimits;
  addressOf: ClientAddress;
};

/**
 * POST /webhooks/PROVIDER, where the provider tells of an answer. 200 means that it need not come again, `outcome` what became
 * of it: an answer that cannot be used is no fault of the provider's, who would send it again and again, or give up sending.
 * 401 is a wrong signature, 400 and 413 what cannot be read, 429 too much, 503 "send it again".
 */
export function surveyWebhookRoutes({ provider, log, limits, addressOf, ...parts }: Parts): Router {
  const router = Router();
  if (provider?.answers.by !== 'webhook') return router;
  const { receive } = provider.answers;
  const path = `/${provider.name}`;
  // Providers look whether somebody is there, by HEAD or GET, before they accept an address.
  router.get(path, (_request, response) => void response.type('text').send('ok\n'));
  router.post(
    path,
    (request, response, next) => {
      response.set('cache-control', 'no-store');
      try {
        limits.spend('survey_webhooks_per_address', addressOf(request));
        next();
      } catch (error) {
        answerHttpError(response, error);
      }
    },
    // As it came: signatures are of bytes. Compressed it would be larger than it says.
    express.raw({ type: () => true, limit: MAX_BODY, inflate: false }),
    async (request, response) => {
      const span = startOperation(`POST /webhooks${path}`, undefined, { 'parley.survey.provider': provider.name });
      try {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const outcome = await runIn(span, async () => {
          const answer = await receive({ headers: request.headers, body });
          return answer ? takeAnswer(parts, answer) : 'ignored';
        });
        span.setAttribute('parley.survey.outcome', outcome);
        endSpan(span);
        response.json({ outcome });
      } catch (error) {
        endSpan(span, error);
        const isRefused = error instanceof ChatError && error.code !== 'UNAVAILABLE';
        parts.metrics.surveyProviderAnswers({ outcome: isRefused ? 'refused' : 'failed' });
        // Of anything else the message might say whose answer it was.
        if (error instanceof ChatError || error instanceof ProviderFailed)
          log.warn(
            { provider: provider.name, reason: error.message },
            'an answer of the survey provider was not taken',
          );
        answerHttpError(response, error instanceof ProviderFailed ? unavailable() : error);
      }
    },
  );
  return router;
}
