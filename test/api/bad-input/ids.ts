import { randomUUID } from 'node:crypto';
import * as documents from '../../harness/documents.ts';
import { type MutationName, mutations, withField } from './mutations.ts';
import type { BadCase } from './scene.ts';

const malformed = () => {
  const id = randomUUID();
  const texts = [
    '',
    'x',
    '7',
    id.slice(1),
    `${id} `,
    `{${id}}`,
    `urn:uuid:${id}`,
    id.replaceAll('-', ''),
    `${id.slice(0, -1)}g`,
  ];
  return [...texts, `${id}\n`, "' OR 1=1 --", '\0', '\ud800', '🆔'.repeat(36), 7, 1.5, true, {}, []];
};

export function* badIds(): Generator<BadCase> {
  for (const name of Object.keys(mutations) as MutationName[]) {
    for (const field of mutations[name].ids) {
      for (const id of malformed()) yield withField(name, field, id);
      const isNew = field === 'id';
      if (!isNew) yield withField(name, field, randomUUID(), 'NOT_FOUND');
      if (!isNew && !['agentId', 'participantId'].includes(field)) yield withField(name, field, null);
    }
  }
  yield withField('addParticipant', 'externalId', 'nobody', 'NOT_FOUND');

  const node = 'query ($id: ID!) { node(id: $id) { id } }';
  for (const [what, document] of Object.entries({ node, conversation: documents.conversation })) {
    for (const id of malformed())
      yield {
        what: `${what} ${JSON.stringify(id)}`,
        document,
        variables: () => ({ id }),
        code: 'BAD_USER_INPUT',
        field: 'id',
      };
    yield { what: `an unknown ${what}`, document, variables: () => ({ id: randomUUID() }), code: 'NOT_FOUND' };
  }
  const list = 'query ($id: ID!) { conversations(filter: { assigneeId: $id }) { edges { cursor } } }';
  for (const id of ['', 'ada'])
    yield {
      what: `assignee ${id}`,
      document: list,
      variables: () => ({ id }),
      code: 'BAD_USER_INPUT',
      field: 'assigneeId',
    };
}
