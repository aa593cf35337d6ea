import type { Db } from '../db.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { openSurveys } from '../surveys/survey.ts';
import {
  type Membership,
  readAllMessages,
  readMemberships,
  readProfile,
  readReceipts,
  readSessions,
} from './export-queries.ts';
import { isStaff, type Participant } from './participant.ts';

/** Raised whenever something changes its meaning or goes away; docs/data-export.md describes it. */
export const EXPORT_VERSION = 1;

/**
 * Everything that is stored of somebody, as the text of one JSON object, in pieces: never more than a page of it is in memory,
 * however much there is. Whose words are in it: their own, from everywhere; and of others what they can see in the
 * application themselves, see decision 13. `stillAllowed` throws when whoever takes it may no longer have it.
 */
export async function* exportParticipant(
  parts: { db: Db; sealing: Sealing },
  participant: Participant,
  stillAllowed: () => Promise<unknown>,
): AsyncGenerator<string, void, void> {
  const { db, sealing } = parts;
  const { deletedAt: _, ...profile } = await readProfile(db, participant.id);
  const head = { format: 'parley-export', version: EXPORT_VERSION, exportedAt: new Date(), participant: profile };
  yield `${JSON.stringify(head).slice(0, -1)},\n"sessions":`;
  yield* array(readSessions(db, participant.id));
  yield ',\n"conversations":[';
  let separator = '\n';
  for await (const membership of readMemberships(db, participant)) {
    const sees = membership.leftAt === null && !isStaff(participant);
    yield `${separator}${JSON.stringify(await describe(sealing, membership, participant.id, sees)).slice(0, -1)},"messages":`;
    const messages = readAllMessages(parts, membership.conversationId, sees ? undefined : participant.id);
    for await (const piece of array(messages)) {
      await stillAllowed();
      yield piece;
    }
    yield ',"receipts":';
    yield* array(readReceipts(db, membership.conversationId, participant.id));
    yield '}';
    separator = ',\n';
  }
  // Whoever reads it knows by this that nothing was cut off.
  yield '],\n"complete":true}\n';
}

async function* array(items: AsyncIterable<unknown>) {
  let text = '[';
  let separator = '\n';
  for await (const item of items) {
    text += separator + JSON.stringify(item);
    separator = ',\n';
    if (text.length > PIECE) {
      yield text;
      text = '';
    }
  }
  yield `${text}]`;
}

/** Characters gathered before they are handed on. */
const PIECE = 65_536;

async function describe(
  sealing: Sealing,
  { conversationId, conversation, ...membership }: Membership,
  id: string,
  sees: boolean,
) {
  const { survey, members, starterId, subject, topic, queue, ...state } = conversation;
  const [opened] = survey ? await openSurveys(sealing, [survey]) : [];
  const { participantId: surveyed, conversationId: _, keyId: __, answers = [], ...answer } = opened ?? {};
  return {
    id: conversationId,
    startedByThem: starterId === id,
    ...(sees || starterId === id ? { subject, topic, queue } : {}),
    ...state,
    membership,
    survey:
      surveyed === id
        ? { ...answer, answers: answers.map(({ question, value, text }) => ({ question: question.text, value, text })) }
        : null,
    ...(sees
      ? { others: members.filter((m) => m.participant.id !== id && m.leftAt === null).map((m) => m.participant) }
      : {}),
  };
}
