import * as documents from '../../harness/documents.ts';
import { withField } from './mutations.ts';
import type { BadCase } from './scene.ts';

const NO_INTEGERS = [1.5, '1', true, {}, 1e300];
const TOO_LARGE = 2 ** 31;

export function* badNumbers(): Generator<BadCase> {
  for (const rating of [0, 6, -1, TOO_LARGE, ...NO_INTEGERS, null, undefined])
    yield withField('submitSurvey', 'rating', rating);
  for (const version of [0, -1, 2, TOO_LARGE - 1, TOO_LARGE, ...NO_INTEGERS, null, undefined])
    yield withField('editMessage', 'version', version);
  for (const field of ['deliveredSeq', 'readSeq']) {
    for (const seq of [-1, -TOO_LARGE, 4, TOO_LARGE - 1, TOO_LARGE, ...NO_INTEGERS]) {
      const what = `acknowledging ${field} ${JSON.stringify(seq)}`;
      const variables: BadCase['variables'] = ({ conversationId }) => ({ input: { conversationId, [field]: seq } });
      yield { what, document: documents.acknowledge, variables, code: 'BAD_USER_INPUT', field };
    }
  }
  yield {
    what: 'acknowledging nothing',
    document: documents.acknowledge,
    variables: ({ conversationId }) => ({ input: { conversationId } }),
    code: 'BAD_USER_INPUT',
    field: 'deliveredSeq',
  };
}
