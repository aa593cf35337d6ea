import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSurveyTokens } from '../../server/surveys/survey-links.ts';
import { connect, OperationError, tokenFor } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { AUTH_SECRET } from '../harness/server.ts';
import { claimedConversation, rate, read } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

overBothTransports('the customer rates a closed conversation once, and may change it', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  await assert.rejects(rate(ask, cleo, { conversationId, rating: 5 }), refused('BAD_USER_INPUT', 'conversationId'));
  await cleo.run(documents.close, { input: { conversationId } });
  assert.equal((await read(ask, cleo, conversationId)).survey, null);

  const first = await rate(ask, cleo, { conversationId, rating: 2, comment: 'Slow. 🐌' });
  assert.deepEqual([first.conversationId, first.rating, first.comment], [conversationId, 2, 'Slow. 🐌']);
  assert.ok(Math.abs(Date.now() - Date.parse(first.submittedAt)) < 60_000);
  const changed = await rate(ask, cleo, { conversationId, rating: 5 });
  assert.deepEqual(changed, { ...first, rating: 5, comment: null });
  for (const reader of [cleo, ada])
    assert.deepEqual((await read(ask, reader, conversationId)).survey, { rating: 5, comment: null });
});

overBothTransports('five answers at once are one', async (t, ask) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  await cleo.run(documents.close, { input: { conversationId } });
  const ratings = [1, 2, 3, 4, 5];
  const answers = await Promise.all(ratings.map((rating) => rate(ask, cleo, { conversationId, rating })));
  assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
  assert.ok(ratings.includes((await read(ask, cleo, conversationId)).survey.rating));
});

overBothTransports('nobody else answers, and none after an hour', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  await cleo.run(documents.close, { input: { conversationId } });
  await assert.rejects(rate(ask, ada, { conversationId, rating: 5 }), refused('FORBIDDEN'));
  await assert.rejects(
    rate(ask, await connect(t, server, { role: 'MANAGER' }), { conversationId, rating: 5 }),
    refused('FORBIDDEN'),
  );
  await assert.rejects(rate(ask, await connect(t, server), { conversationId, rating: 5 }), refused('NOT_FOUND'));
  await rate(ask, cleo, { conversationId, rating: 1 });
  // An hour passes.
  await execute(
    server.database.url,
    `UPDATE survey SET submitted_at = submitted_at - interval '61 minutes' WHERE conversation_id = '${conversationId}'`,
  );
  await assert.rejects(rate(ask, cleo, { conversationId, rating: 5 }), refused('CONFLICT'));
  assert.equal((await read(ask, cleo, conversationId)).survey.rating, 1);
});

overBothTransports('an answer stays when the conversation goes on', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  await cleo.run(documents.close, { input: { conversationId } });
  await rate(ask, cleo, { conversationId, rating: 4 });
  await ada.run(documents.reopen, { input: { conversationId } });
  assert.equal((await read(ask, cleo, conversationId)).survey.rating, 4);
  await assert.rejects(rate(ask, cleo, { conversationId, rating: 1 }), refused('BAD_USER_INPUT', 'conversationId'));
});

/** As a page does that nobody is signed in at. */
async function anonymous(query: string, variables: Record<string, unknown>): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables });
  const answer: any = await (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })).json();
  if (answer.errors) throw new OperationError(answer.errors);
  return answer.data;
}
const openLink = `query Open($token: String!) { surveyByLink(token: $token) { state form { asksNps questions { id text kind } } } }`;
const stateOf = async (token: string) => (await anonymous(openLink, { token })).surveyByLink.state;
const answerLink = (token: string, more: Record<string, unknown> = {}) =>
  anonymous(documents.answerByLink, { input: { token, rating: 2, comment: 'By link', ...more } });
const reason = (name: string) => (error: OperationError) =>
  error.code === 'CONFLICT' && error.errors[0]!.extensions!.reason === name;
const daysPass = (id: string, days: number) =>
  execute(
    server.database.url,
    `UPDATE conversation SET closed_at = closed_at - interval '${days} days' WHERE id = '${id}'`,
  );

overBothTransports('the closing event invites the customer, for 14 days', async (t, ask) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  const seen = cleo.subscribe(
    `subscription ($id: ID!) { conversationUpdates(conversationId: $id, afterSeq: 2) {
      ... on ConversationChanged { conversation { status surveyOpenUntil } } } }`,
    { id: conversationId },
  );
  await cleo.run(documents.close, { input: { conversationId } });
  const { conversation } = (await seen.until((frame) => frame.conversationUpdates?.conversation?.status === 'CLOSED'))
    .conversationUpdates;
  const { closedAt } = await read(ask, cleo, conversationId);
  assert.equal(Date.parse(conversation.surveyOpenUntil) - Date.parse(closedAt), 14 * 86_400_000);
  await daysPass(conversationId, 13);
  await rate(ask, cleo, { conversationId, rating: 4 });
  await daysPass(conversationId, 2);
  await assert.rejects(rate(ask, cleo, { conversationId, rating: 5 }), reason('expired'));
});

test('managers ask up to three questions of their own, and answers keep the question they were given to', async (t) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const mona = await connect(t, server, { role: 'MANAGER' });
  const set = async (asksNps: boolean, ...questions: [text: string, kind: string][]) => {
    const input = { asksNps, questions: questions.map(([text, kind]) => ({ text, kind })) };
    return (await mona.run(documents.setForm, { input })).setSurveyForm.form;
  };
  const form = await set(true, ['Fast?', 'YES_NO'], ['Friendly?', 'SCALE'], ['What else?', 'TEXT']);
  const [fast, friendly, else_] = form.questions.map(({ id }: any) => id);
  await assert.rejects(
    set(false, ['a', 'TEXT'], ['b', 'TEXT'], ['c', 'TEXT'], ['d', 'TEXT']),
    refused('BAD_USER_INPUT', 'questions'),
  );
  await assert.rejects(set(false, ['a', 'TEXT'], ['a', 'TEXT']), refused('BAD_USER_INPUT', 'questions'));
  await assert.rejects(set(false, ['', 'TEXT']), refused('BAD_USER_INPUT', 'text'));
  assert.deepEqual((await cleo.run('{ surveyForm { asksNps questions { id text kind } } }')).surveyForm, form);

  await cleo.run(documents.close, { input: { conversationId } });
  const answer = (more: Record<string, unknown>) =>
    rate((actor, ...rest) => actor.run(...rest), cleo, { conversationId, rating: 4, ...more });
  const wrong: [string, Record<string, unknown>][] = [
    ['nps', { nps: 11 }],
    ['questionId', { answers: [{ questionId: conversationId, value: 1 }] }],
    ['questionId', { answers: [1, 0].map((value) => ({ questionId: fast, value })) }],
    ['value', { answers: [{ questionId: fast, value: 2 }] }],
    ['value', { answers: [{ questionId: friendly, value: 0 }] }],
    ['value', { answers: [{ questionId: friendly, text: 'very' }] }],
    ['text', { answers: [{ questionId: else_, value: 1 }] }],
    ['text', { answers: [{ questionId: else_, text: '\0' }] }],
  ];
  for (const [field, more] of wrong) await assert.rejects(answer(more), refused('BAD_USER_INPUT', field));
  assert.equal(
    (await ada.run(documents.conversation, { id: conversationId })).conversation.survey,
    null,
    'all or nothing',
  );

  await answer({
    nps: 3,
    answers: [
      { questionId: fast, value: 0 },
      { questionId: else_, text: 'Nothing' },
    ],
  });
  await answer({
    nps: 9,
    answers: [
      { questionId: else_, text: 'Tea' },
      { questionId: fast, value: 1 },
    ],
  });
  const stored = async () =>
    (
      await ada.run(
        `query ($id: ID!) { conversation(id: $id) { survey { nps answers { question { text } value text } } } }`,
        { id: conversationId },
      )
    ).conversation.survey;
  const expected = {
    nps: 9,
    answers: [
      { question: { text: 'Fast?' }, value: 1, text: null },
      { question: { text: 'What else?' }, value: null, text: 'Tea' },
    ],
  };
  assert.deepEqual(await stored(), expected);
  const later = await set(false, ['What else?', 'TEXT'], ['Fast enough?', 'YES_NO']);
  assert.equal(later.questions[0].id, else_, 'the same words are the same question');
  assert.notEqual(later.questions[1].id, fast);
  assert.deepEqual((await stored()).answers.map(({ question }: any) => question.text).sort(), ['Fast?', 'What else?']);
  await assert.rejects(answer({ answers: [{ questionId: fast, value: 1 }] }), refused('BAD_USER_INPUT', 'questionId'));
  await assert.rejects(answer({ nps: 5 }), refused('BAD_USER_INPUT', 'nps'));
  await set(false);
});

test('a link lets who is not signed in answer, once, for the customer, and is good for nothing else', async (t) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const create = async () => (await ada.run(documents.surveyLink, { input: { conversationId } })).createSurveyLink.link;
  await assert.rejects(create(), refused('BAD_USER_INPUT', 'conversationId'));
  await cleo.run(documents.close, { input: { conversationId } });
  const { url, token, expiresAt } = await create();
  assert.equal(url, `${server.url.replace('127.0.0.1', 'localhost')}/survey#${token}`);
  const { surveyOpenUntil, surveyUrl } = (
    await cleo.run('query ($id: ID!) { conversation(id: $id) { surveyOpenUntil surveyUrl } }', { id: conversationId })
  ).conversation;
  assert.equal(surveyUrl, null, 'without a provider it is answered here');
  assert.equal(Date.parse(expiresAt), Date.parse(surveyOpenUntil));

  await assert.rejects(connect(t, server, { token }), 'no Bearer token');
  const bearer = await tokenFor();
  const [head, , signature] = token.split('.');
  const other = Buffer.from(JSON.stringify({ sub: cleo.id, exp: 9_999_999_999 })).toString('base64url');
  for (const forged of ['x', bearer, `${head}.${other}.${signature}`, `${token.slice(0, -2)}xx`]) {
    await assert.rejects(stateOf(forged), refused('BAD_USER_INPUT', 'token'));
    await assert.rejects(answerLink(forged), refused('BAD_USER_INPUT', 'token'));
  }
  await assert.rejects(
    anonymous(`query ($token: String!) { surveyByLink(token: $token) { state } viewer { id } }`, { token }),
    refused('UNAUTHENTICATED'),
  );

  assert.equal(await stateOf(token), 'OPEN');
  await ada.run(documents.reopen, { input: { conversationId } });
  assert.equal(await stateOf(token), 'REOPENED');
  await assert.rejects(answerLink(token), reason('reopened'));
  await ada.run(documents.close, { input: { conversationId } });
  const outcomes = await Promise.allSettled([1, 2, 3].map(async () => answerLink((await create()).token)));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'links of one survey are one answer');
  assert.equal(await stateOf(token), 'USED');
  await assert.rejects(answerLink(token, { rating: 5 }), reason('used'));
  const { survey } = (await cleo.run(documents.conversation, { id: conversationId })).conversation;
  assert.deepEqual(survey, { rating: 2, comment: 'By link' });
  await cleo.run(documents.rate, { input: { conversationId, rating: 3 } });
});

test('without a survey provider nobody takes webhooks', async () => {
  for (const name of ['zigpoll', 'qualtrics', 'surveymonkey'])
    assert.equal((await fetch(`${server.url}/webhooks/${name}`, { method: 'POST', body: '{}' })).status, 404);
});

test('a link ends with the survey, and with the customer', async (t) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  await cleo.run(documents.close, { input: { conversationId } });
  const { token } = (await ada.run(documents.surveyLink, { input: { conversationId } })).createSurveyLink.link;
  const key = new TextEncoder().encode(AUTH_SECRET);
  const old = await createSurveyTokens([key]).sign(conversationId, new Date(Date.now() - 1_000));
  assert.equal(await stateOf(old), 'EXPIRED');
  await assert.rejects(answerLink(old), reason('expired'));
  await execute(
    server.database.url,
    `UPDATE member SET left_at = now() WHERE conversation_id = '${conversationId}' AND participant_id = '${cleo.id}'`,
  );
  assert.equal(await stateOf(token), 'EXPIRED');
  await assert.rejects(ada.run(documents.surveyLink, { input: { conversationId } }), refused('CONFLICT'));
});
