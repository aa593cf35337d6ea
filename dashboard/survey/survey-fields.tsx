import { Chip, Group, Rating, Textarea } from '@mantine/core';
import classes from './survey.module.css';
import type { Draft, SurveyForm, SurveyQuestion } from './survey-form.ts';

interface SurveyFieldsProps {
  form: SurveyForm;
  draft: Draft;
  onChange(draft: Draft): void;
}

/** All that is asked: the rating first, and nothing else before it is given. */
export function SurveyFields({ form, draft, onChange }: SurveyFieldsProps) {
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <>
      <fieldset className={classes.field}>
        <legend>How did it go?</legend>
        <Rating
          value={draft.rating}
          onChange={(rating) => set({ rating })}
          size="xl"
          color="parley"
          classNames={{ starSymbol: classes.star }}
          getSymbolLabel={(n) => `${n} of 5`}
        />
      </fieldset>
      {draft.rating > 0 && (
        <>
          <Textarea
            label="Anything to add? (optional)"
            value={draft.comment}
            onChange={({ currentTarget }) => set({ comment: currentTarget.value })}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2_000}
          />
          {form.asksNps && (
            <Choices
              legend="How likely are you to recommend us? (optional)"
              ends={['Not at all', 'Very likely']}
              options={Array.from({ length: 11 }, (_, n) => [n, String(n)])}
              value={draft.nps}
              onChange={(nps) => set({ nps })}
            />
          )}
          {form.questions.map((question) => (
            <Question
              key={question.id}
              question={question}
              value={draft.values[question.id]}
              onChange={(value) => set({ values: { ...draft.values, [question.id]: value } })}
            />
          ))}
        </>
      )}
    </>
  );
}

interface QuestionProps {
  question: SurveyQuestion;
  value: number | string | undefined;
  onChange(value: number | string): void;
}

function Question({ question: { text, kind }, value, onChange }: QuestionProps) {
  if (kind === 'TEXT')
    return (
      <Textarea
        label={`${text} (optional)`}
        value={value ?? ''}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2_000}
      />
    );
  const isScale = kind === 'SCALE';
  return (
    <Choices
      legend={`${text} (optional)`}
      ends={isScale ? ['Very bad', 'Very good'] : undefined}
      options={
        isScale
          ? [1, 2, 3, 4, 5].map((n) => [n, String(n)])
          : [
              [1, 'Yes'],
              [0, 'No'],
            ]
      }
      value={typeof value === 'number' ? value : null}
      onChange={onChange}
    />
  );
}

interface ChoicesProps {
  legend: string;
  ends?: readonly [string, string];
  options: readonly (readonly [number, string])[];
  value: number | null;
  onChange(value: number): void;
}

function Choices({ legend, ends, options, value, onChange }: ChoicesProps) {
  return (
    <fieldset className={classes.field}>
      <legend>{legend}</legend>
      <Chip.Group value={value === null ? null : String(value)} onChange={(chosen) => onChange(Number(chosen))}>
        <Group gap={6}>
          {options.map(([n, label]) => (
            <Chip key={n} value={String(n)} variant="outline" size="sm" radius="md">
              {label}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {ends && (
        <p className={classes.ends}>
          <span>
            {options[0]![1]} {ends[0].toLowerCase()}
          </span>
          <span>
            {options.at(-1)![1]} {ends[1].toLowerCase()}
          </span>
        </p>
      )}
    </fieldset>
  );
}
