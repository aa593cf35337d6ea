import { after, type TestContext } from 'node:test';
import { createSurveyReferences } from '../../server/surveys/survey-references.ts';
import type { Webhook } from '../fixtures/survey-providers/local-api.ts';
import { qualtrics, startQualtrics } from '../fixtures/survey-providers/qualtrics.ts';
import { startSurveyMonkey, surveyMonkey } from '../fixtures/survey-providers/surveymonkey.ts';
import { startZigpoll, zigpoll } from '../fixtures/survey-providers/zigpoll.ts';
import type { Actor } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { AUTH_SECRET, startInProcess, type TestServer } from '../harness/server.ts';
import { claimedConversation } from './operations.ts';

/** A provider each, on one database: a reference is signed by any. */
export const database = await createTestDatabase();
export const services = {
  monkey: await startSurveyMonkey(),
  qualtrics: await startQualtrics(),
  zigpoll: await startZigpoll(),
};
const starting = [
  startInProcess(database.url, surveyMonkey.env(services.monkey.url)),
  startInProcess(database.url, {
    ...qualtrics.env(services.qualtrics.url),
    RATE_LIMIT_SCALE: '1',
    LIMIT_SURVEY_WEBHOOKS_PER_ADDRESS: '3',
    TRUST_PROXY: '1',
  }),
  startInProcess(database.url, zigpoll.env(services.zigpoll.url)),
] as const;
after(async () => {
  for (const started of await Promise.allSettled(starting))
    if (started.status === 'fulfilled') await started.value.stop();
  await Promise.all(Object.values(services).map((service) => service.stop()));
  await database.drop();
});
export const [monkey, other, puller] = await Promise.all(starting);

export const references = createSurveyReferences([new TextEncoder().encode(AUTH_SECRET)]);

/** What the server answers to a webhook: its outcome, or the code of its error. */
export async function deliver({ url }: TestServer, name: string, { headers, body }: Webhook, address = '198.51.100.1') {
  const response = await fetch(`${url}/webhooks/${name}`, {
    method: 'POST',
    headers: { ...headers, 'x-forwarded-for': address },
    body,
  });
  const json: any = await response.json();
  return [response.status, json.outcome ?? json.error.code];
}
const fields = 'surveyUrl survey { rating comment nps answers { question { text } value text } }';
export const look = async (actor: Actor, id: string) =>
  (await actor.run(`query ($id: ID!) { conversation(id: $id) { ${fields} } }`, { id })).conversation;

export async function closedConversation(t: TestContext, server = monkey) {
  const scene = await claimedConversation(t, server);
  const { cleo, conversationId } = scene;
  await cleo.run(documents.close, { input: { conversationId } });
  return { ...scene, reference: references.sign(conversationId) };
}
export const daysPass = (id: string, days: number) =>
  execute(database.url, `UPDATE conversation SET closed_at = closed_at - interval '${days} days' WHERE id = '${id}'`);
export const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
