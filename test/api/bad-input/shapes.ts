import { randomUUID } from 'node:crypto';
import { type MutationName, mutations, withField } from './mutations.ts';
import type { BadCase, Scene } from './scene.ts';

/** Missing variables, unknown fields, and mistakes that stand in the document itself. */
export function* wrongShapes(): Generator<BadCase> {
  for (const name of Object.keys(mutations) as MutationName[]) {
    const { document } = mutations[name];
    for (const variables of [{}, { input: null }, { input: 'text' }, { input: 7 }, { input: [[]] }]) {
      const what = `${name} with variables ${JSON.stringify(variables)}`;
      yield { what, document, variables: () => variables, code: 'BAD_USER_INPUT', field: 'input' };
    }
    yield withField(name, 'shoeSize', 43);
    yield withField(name, 'senderId', randomUUID());
  }
  yield withField('startConversation', 'priority', 'ASAP');
  yield withField('startConversation', 'priority', 'high');
  yield withField('setTyping', 'typing', 'yes');
  yield withField('setTyping', 'typing', null);

  const inDocument = (what: string, document: BadCase['document'], code = 'GRAPHQL_VALIDATION_FAILED'): BadCase => ({
    what,
    document,
    code,
  });
  const sentAt =
    (literal: string) =>
    ({ conversationId }: Scene) =>
      `mutation { sendMessage(input: { id: "${randomUUID()}", conversationId: "${conversationId}", body: "x", sentAt: ${literal} }) { duplicate } }`;
  yield inDocument('a malformed date', sentAt('"yesterday"'));
  yield inDocument('a number for a date', sentAt('7'));
  yield inDocument('a text for a number', '{ conversations(first: "7") { edges { cursor } } }');
  yield inDocument(
    'an enum value that does not exist',
    '{ conversations(filter: { status: [DONE] }) { edges { cursor } } }',
  );
  yield inDocument('a missing argument', '{ conversation { id } }');
  yield inDocument(
    'a field the server owns',
    'mutation { startConversation(input: { status: OPEN }) { conversation { id } } }',
  );
  yield inDocument('a mutation that is none', 'mutation { eraseEverything { id } }');
  yield inDocument('a selection that is none', '{ viewer }');
  yield inDocument('rubbish', '{', 'GRAPHQL_PARSE_FAILED');
  // Valid as a document, because of the default: only the values say that it cannot run.
  yield {
    what: 'null for a variable with a default',
    document: ({ closedId }) =>
      `mutation ($rating: Int = 5) { submitSurvey(input: { conversationId: "${closedId}", rating: $rating }) { survey { id } } }`,
    variables: () => ({ rating: null }),
    code: 'BAD_USER_INPUT',
    field: 'input',
  };
}
