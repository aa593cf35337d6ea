import assert from 'node:assert/strict';
import * as documents from '../harness/documents.ts';
import { badIds } from './bad-input/ids.ts';
import { badNumbers } from './bad-input/numbers.ts';
import { badPages } from './bad-input/pages.ts';
import { type BadCase, makeScene, type Scene } from './bad-input/scene.ts';
import { wrongShapes } from './bad-input/shapes.ts';
import { wrongStates } from './bad-input/states.ts';
import { badDates, badTexts } from './bad-input/texts.ts';
import { read } from './operations.ts';
import { type Ask, overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

const groups: Record<string, () => Iterable<BadCase>> = {
  'missing, unknown and misshapen variables': wrongShapes,
  'malformed and unknown ids': badIds,
  'texts that are too long, empty, ill-formed or hold NUL': badTexts,
  'dates that are none': badDates,
  'numbers out of range': badNumbers,
  'pages too large, and cursors of other lists or of nobody': badPages,
  'what comes at the wrong time': () => wrongStates,
};

/** Tried by whoever could do it: then it is the input that is refused. */
const byCustomer = new Set<BadCase['document']>([documents.send, documents.edit, documents.remove, documents.rate]);

async function whyNotRefused(ask: Ask, scene: Scene, bad: BadCase): Promise<string | undefined> {
  const document = typeof bad.document === 'string' ? bad.document : bad.document(scene);
  const byCleo = byCustomer.has(bad.document) || document.includes('submitSurvey');
  try {
    await assert.rejects(
      ask(byCleo ? scene.cleo : scene.ada, document, bad.variables?.(scene)),
      refused(bad.code, bad.field),
    );
    return undefined;
  } catch (error) {
    return `${bad.what}: ${(error as Error).message}`;
  }
}

for (const [name, casesOf] of Object.entries(groups)) {
  overBothTransports(`refused by code and field, and nothing changes: ${name}`, async (t, ask) => {
    const scene = await makeScene(t, server);
    const state = () => Promise.all([scene.conversationId, scene.closedId].map((id) => read(ask, scene.ada, id)));
    const before = await state();
    const failures: string[] = [];
    let count = 0;
    for (const bad of casesOf()) {
      count++;
      const why = await whyNotRefused(ask, scene, bad);
      if (why) failures.push(why);
    }
    assert.ok(count > 0);
    assert.deepEqual(failures, []);
    assert.deepEqual(await state(), before);
  });
}
