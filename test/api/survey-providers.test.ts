import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Webhook } from '../fixtures/survey-providers/local-api.ts';
import { qualtrics } from '../fixtures/survey-providers/qualtrics.ts';
import { type Given, surveyMonkey } from '../fixtures/survey-providers/surveymonkey.ts';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { claimedConversation } from './operations.ts';
import {
  closedConversation,
  daysAgo,
  daysPass,
  deliver,
  look,
  monkey,
  other,
  puller,
  references,
  services,
} from './survey-provider-scene.ts';

const toMonkey = (webhook: Webhook) => deliver(monkey, 'surveymonkey', webhook);
/** Somebody answers there, and we are told. */
const answer = (given: Given) => toMonkey(surveyMonkey.webhook(services.monkey.answer(given)));

describe('SurveyMonkey', () => {
  test('the customer is sent there with a reference, and nobody else in their name', async (t) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, monkey);
    assert.equal((await look(cleo, conversationId)).surveyUrl, null, 'before it is closed');
    await cleo.run(documents.close, { input: { conversationId } });
    const expected = `https://www.surveymonkey.com/r/PARLEY1?lang=en&conversation_ref=${references.sign(conversationId)}`;
    assert.equal((await look(cleo, conversationId)).surveyUrl, expected);
    assert.equal((await look(ada, conversationId)).surveyUrl, null);
    const { link } = (await ada.run(documents.surveyLink, { input: { conversationId } })).createSurveyLink;
    assert.equal(link.url, expected);
    await daysPass(conversationId, 15);
    assert.equal((await look(cleo, conversationId)).surveyUrl, null, 'when it is too late');
  });

  test('its address is there for who looks before sending, and only that of the provider that is configured', async () => {
    for (const method of ['HEAD', 'GET'])
      assert.equal((await fetch(`${monkey.url}/webhooks/surveymonkey`, { method })).status, 200);
    const { body } = surveyMonkey.webhook('1');
    for (const name of ['qualtrics', 'zigpoll'])
      assert.equal((await fetch(`${monkey.url}/webhooks/${name}`, { method: 'POST', body })).status, 404);
    assert.equal((await fetch(`${puller.url}/webhooks/zigpoll`, { method: 'POST', body })).status, 404);
  });

  test('an answer is one to Parley’s own survey: rating, comment, NPS, own questions; live, and in the figures', async (t) => {
    const mona = await connect(t, monkey, { role: 'MANAGER' });
    const questions = [
      { text: 'Was it fast?', kind: 'YES_NO' },
      { text: 'What else?', kind: 'TEXT' },
    ];
    await mona.run(documents.setForm, { input: { asksNps: true, questions } });
    const live = mona.subscribe('subscription { newestSurveyResults { survey { conversationId rating } } }');
    const from = new Date(Math.floor(Date.now() / 900_000) * 900_000 - 900_000);
    const score = async () =>
      (
        await mona.run(
          'query ($filter: SatisfactionFilter!) { satisfaction(filter: $filter) { total { answers ratings } } }',
          { filter: { from: from.toISOString(), to: new Date(from.getTime() + 86_400_000).toISOString() } },
        )
      ).satisfaction.total;
    const before = await score();

    const { cleo, conversationId, reference } = await closedConversation(t);
    const given = { reference, rating: 4, nps: 9, comment: 'Nett. 🐌', fast: 'yes', other: 'Tea' } as const;
    assert.deepEqual(await answer(given), [200, 'stored']);
    const { survey } = await look(cleo, conversationId);
    assert.deepEqual(survey, {
      rating: 4,
      comment: 'Nett. 🐌',
      nps: 9,
      answers: [
        { question: { text: 'Was it fast?' }, value: 1, text: null },
        { question: { text: 'What else?' }, value: null, text: 'Tea' },
      ],
    });
    const inList = ({ newestSurveyResults }: any) =>
      newestSurveyResults?.find(({ survey }: any) => survey.conversationId === conversationId);
    assert.equal(inList(await live.until(inList)).survey.rating, 4);
    const now = await score();
    assert.equal(now.answers, before.answers + 1);
    assert.equal(now.ratings[3], before.ratings[3] + 1);

    // What is not asked any more does not keep the rest from counting.
    await mona.run(documents.setForm, { input: { asksNps: false, questions: [] } });
    const later = await closedConversation(t);
    assert.deepEqual(await answer({ ...given, reference: later.reference }), [200, 'stored']);
    assert.deepEqual((await look(later.cleo, later.conversationId)).survey, {
      rating: 4,
      comment: 'Nett. 🐌',
      nps: null,
      answers: [],
    });
  });

  test('an answer counts once, however often it is told of, and the first one stays', async (t) => {
    const { cleo, conversationId, reference } = await closedConversation(t);
    const webhook = surveyMonkey.webhook(services.monkey.answer({ reference, rating: 2 }));
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => toMonkey(webhook)));
    assert.deepEqual(outcomes.map(([, outcome]) => outcome).sort(), [...Array(4).fill('duplicate'), 'stored']);
    assert.deepEqual(await answer({ reference, rating: 5 }), [200, 'duplicate']);
    assert.equal((await look(cleo, conversationId)).survey.rating, 2);
    // Who has answered here has answered.
    const own = await closedConversation(t);
    await own.cleo.run(documents.rate, { input: { conversationId: own.conversationId, rating: 3 } });
    assert.deepEqual(await answer({ reference: own.reference, rating: 5 }), [200, 'duplicate']);
    assert.equal((await look(own.cleo, own.conversationId)).survey.rating, 3);
  });

  test('nothing is believed without its signature, and nothing is asked of the provider', async (t) => {
    const { cleo, conversationId, reference } = await closedConversation(t);
    const { headers, body } = surveyMonkey.webhook(services.monkey.answer({ reference, rating: 5 }));
    const asked = services.monkey.asked.length;
    const signedBy = (signature: string | undefined, sent = body) =>
      toMonkey({
        headers: {
          'content-type': headers['content-type']!,
          ...(signature !== undefined && { 'sm-signature': signature }),
        },
        body: sent,
      });
    const right = headers['sm-signature']!;
    for (const [signature, sent] of [
      [undefined, body],
      ['', body],
      [right.slice(0, -4), body],
      [surveyMonkey.sign(body, 'another secret'), body],
      [right, `${body} `],
      [right, ''],
    ] as const)
      assert.deepEqual(await signedBy(signature, sent), [401, 'UNAUTHENTICATED']);
    assert.equal(services.monkey.asked.length, asked);
    assert.equal((await look(cleo, conversationId)).survey, null);
  });

  test('what cannot be read is refused, what is about something else ignored', async (t) => {
    const { reference } = await closedConversation(t);
    const signed = (body: string): Webhook => ({ headers: { 'sm-signature': surveyMonkey.sign(body) }, body });
    for (const body of ['', 'no JSON', '[]', '{"event_type":"response_completed"}'])
      assert.deepEqual(await toMonkey(signed(body)), [400, 'BAD_USER_INPUT'], body);
    const escaping = surveyMonkey.webhook('1/../../../users/me?');
    assert.deepEqual(await toMonkey(escaping), [400, 'BAD_USER_INPUT']);
    assert.deepEqual(await toMonkey(signed(' '.repeat(70_000))), [413, 'BAD_USER_INPUT']);
    const id = services.monkey.answer({ reference, rating: 5 });
    assert.deepEqual(await toMonkey(surveyMonkey.webhook(id, { event_type: 'response_updated' })), [200, 'ignored']);
    assert.deepEqual(await toMonkey(surveyMonkey.webhook(id, { resources: { survey_id: '2' } })), [200, 'ignored']);
  });

  test('an answer for nobody we know is not stored: no reference, a made-up one, one of a conversation that is gone', async (t) => {
    const { cleo, conversationId, reference } = await closedConversation(t);
    const forged = reference.slice(0, -1) + (reference.endsWith('0') ? '1' : '0');
    for (const wrong of [undefined, 'x', conversationId, forged, references.sign(randomUUID())])
      assert.deepEqual(await answer({ ...(wrong && { reference: wrong }), rating: 5 }), [200, 'unknown']);
    assert.equal((await look(cleo, conversationId)).survey, null);
  });

  test('after 14 days it is too late; what was answered before may arrive after', async (t) => {
    const { cleo, conversationId, reference } = await closedConversation(t);
    await daysPass(conversationId, 15);
    assert.deepEqual(await answer({ reference, rating: 5 }), [200, 'expired']);
    assert.equal((await look(cleo, conversationId)).survey, null);
    assert.deepEqual(await answer({ reference, rating: 4, at: daysAgo(2) }), [200, 'stored']);
    assert.equal((await look(cleo, conversationId)).survey.rating, 4);
  });

  test('not while the conversation goes on, not without a rating, not for a customer who was deleted', async (t) => {
    const { ada, conversationId, reference } = await closedConversation(t);
    await ada.run(documents.reopen, { input: { conversationId } });
    assert.deepEqual(await answer({ reference, rating: 5 }), [200, 'reopened']);
    await ada.run(documents.close, { input: { conversationId } });
    assert.deepEqual(await answer({ reference, comment: 'No stars' }), [200, 'no_rating']);
    const gone = await closedConversation(t);
    await gone.cleo.run('mutation ($id: ID!) { deleteParticipant(input: { participantId: $id }) { __typename } }', {
      id: gone.cleo.id,
    });
    assert.deepEqual(await answer({ reference: gone.reference, rating: 5 }), [200, 'no_customer']);
    assert.equal((await look(ada, gone.conversationId)).survey, null);
  });

  test('when its API is away it is told to come again, and then nothing is lost', async (t) => {
    const { cleo, conversationId, reference } = await closedConversation(t);
    const webhook = surveyMonkey.webhook(services.monkey.answer({ reference, rating: 5 }));
    for (const status of [500, 429, 404]) {
      services.monkey.down = status;
      assert.deepEqual(await toMonkey(webhook), [503, 'UNAVAILABLE']);
    }
    services.monkey.down = undefined;
    assert.deepEqual(await toMonkey(webhook), [200, 'stored']);
    assert.equal((await look(cleo, conversationId)).survey.rating, 5);
  });
});

test('Qualtrics: there with embedded data, back by a signed event; refused when there are too many from one address', async (t) => {
  const { cleo, conversationId, reference } = await closedConversation(t, other);
  const url = `https://example.qualtrics.com/jfe/form/SV_cVn9uBwheR9hz01?conversation_ref=${reference}`;
  assert.equal((await look(cleo, conversationId)).surveyUrl, url);
  const id = services.qualtrics.answer({
    conversation_ref: reference,
    QID1: 3,
    QID2_TEXT: 'Fine & good=yes',
    QID3: 10,
  });
  let last = 0;
  const send = (webhook: Webhook, address = `198.51.100.${++last + 1}`) =>
    deliver(other, 'qualtrics', webhook, address);

  assert.deepEqual(await send(qualtrics.webhook(id, 'another key')), [401, 'UNAUTHENTICATED']);
  const unsigned = qualtrics.webhook(id).body.replace(/HMAC=\w+&/, '');
  assert.deepEqual(await send({ headers: {}, body: unsigned }), [401, 'UNAUTHENTICATED']);
  const encrypted = qualtrics.webhook(id, undefined, { ResponseID: '../../whoami' });
  assert.deepEqual(await send(encrypted), [400, 'BAD_USER_INPUT']);
  for (const message of [{ Status: 'InProgress' }, { SurveyID: 'SV_another' }])
    assert.deepEqual(await send(qualtrics.webhook(id, undefined, message)), [200, 'ignored']);
  assert.deepEqual(await send(qualtrics.webhook('R_notThereYet')), [503, 'UNAVAILABLE']);
  assert.deepEqual(await send(qualtrics.webhook(id)), [200, 'stored']);
  assert.deepEqual(await send(qualtrics.webhook(id)), [200, 'duplicate']);
  const { survey } = await look(cleo, conversationId);
  assert.deepEqual(survey, { rating: 3, comment: 'Fine & good=yes', nps: null, answers: [] });

  const codes = [];
  for (let i = 0; i < 4; i++) codes.push((await send(qualtrics.webhook(id), '203.0.113.7'))[0]);
  assert.deepEqual(codes, [200, 200, 200, 429]);
});

test('Zigpoll: answers are asked for, page by page, and taken when they are whole', async (t) => {
  const whole = await closedConversation(t, puller);
  const begun = await closedConversation(t, puller);
  const url = `https://survey.zigpoll.com/sdk/account1/poll1?uid=${whole.reference}#conversation_ref=${whole.reference}`;
  assert.equal((await look(whole.cleo, whole.conversationId)).surveyUrl, url);
  // Closed for as long as it took to answer.
  for (const { conversationId } of [whole, begun]) await daysPass(conversationId, 1);
  const { zigpoll: service } = services;
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  service.answer('slide1', '2', minutesAgo(31), { conversation_ref: whole.reference });
  service.answer('slide2', 'Went back', minutesAgo(30), { conversation_ref: whole.reference });
  service.answer('slide1', '5', minutesAgo(29), { conversation_ref: whole.reference });
  service.answer('slide1', '1', minutesAgo(28));
  service.answer('slide1', '1', minutesAgo(1), { conversation_ref: begun.reference });
  service.down = 500;
  const asked = () => service.asked.length;
  const before = asked();
  await eventually('it was asked in vain', () => asked() > before);
  service.down = undefined;

  const survey = await eventually('the answer', async () => (await look(whole.cleo, whole.conversationId)).survey);
  assert.deepEqual(survey, { rating: 5, comment: 'Went back', nps: null, answers: [] });
  assert.equal((await look(begun.cleo, begun.conversationId)).survey, null, 'they may still be writing');
  const sinceOf = (url: URL) => Number(url.searchParams.get('createdAfter'));
  const first = sinceOf(service.asked[0]!);
  assert.ok(first < daysAgo(13).getTime(), 'the first time, all that can still be answered');
  await eventually('then what is new', () => sinceOf(service.asked.at(-1)!) > daysAgo(1).getTime());
  assert.ok(service.asked.some(({ searchParams }) => searchParams.has('startCursor')));
});
