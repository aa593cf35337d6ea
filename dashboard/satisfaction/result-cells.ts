import type { Result } from './satisfaction.ts';

type Answer = Result['survey']['answers'][number];

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
export const momentText = (iso: string): string => moment.format(new Date(iso));

export function answerText({ question: { kind }, value, text }: Pick<Answer, 'question' | 'value' | 'text'>): string {
  if (kind === 'TEXT') return text ?? '(erased)';
  if (kind === 'YES_NO') return value === 1 ? 'Yes' : 'No';
  return `${value} of 5`;
}

/** What an answer is as a row of a table that somebody takes along. */
export const resultColumns = [
  'When',
  'Rating',
  'NPS',
  'Comment',
  'Your questions',
  'Agent',
  'Queue',
  'Topic',
  'Subject',
  'Customer',
  'Conversation',
];

export const resultCells = ({ survey, agent, queue, topic, subject, customer }: Result): string[] => [
  momentText(survey.submittedAt),
  String(survey.rating),
  survey.nps === null ? '' : String(survey.nps),
  survey.comment ?? '',
  survey.answers.map((answer) => `${answer.question.text} ${answerText(answer)}`).join('; '),
  agent?.name ?? '',
  queue ?? '',
  topic ?? '',
  subject ?? '',
  customer.name,
  survey.conversationId,
];
