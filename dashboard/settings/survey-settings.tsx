import { Button, Select, Skeleton, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Client, ParleyError } from '../../client/index.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import { Icon } from '../shell/icon.tsx';
import {
  providerNames,
  type SurveyForm,
  type SurveyQuestion,
  setSurveyFormMutation,
  surveyFormQuery,
} from '../survey/survey-form.ts';
import classes from './settings.module.css';

const kinds = [
  { value: 'SCALE', label: '1 to 5' },
  { value: 'YES_NO', label: 'Yes or no' },
  { value: 'TEXT', label: 'In words' },
];
type Asked = Pick<SurveyQuestion, 'text' | 'kind'>;
const PLACES = [0, 1, 2];

/** What customers are asked besides the rating and the comment. */
export function SurveySettings({ client }: { client: Client }) {
  const { data, error, askAgain } = useAnswer<{ surveyForm: SurveyForm }>(client, surveyFormQuery, {}, 60_000);
  return (
    <section aria-labelledby="survey">
      <h2 id="survey" className={classes.section}>
        Survey
      </h2>
      <p className={classes.lead}>
        When a conversation is closed its customer is asked for a rating and a comment. A question in other words is
        another question: answers that were given stay with the one they were given to.
      </p>
      {data?.surveyForm.provider && (
        <p className={classes.lead}>
          Customers answer at <strong>{providerNames[data.surveyForm.provider]}</strong>, where their questions are
          made. What is asked here says which of those answers count; which question is which is set on the server.
        </p>
      )}
      {error && !data && <Failed title="The survey could not be loaded" error={error} onRetry={askAgain} />}
      {!data && !error && <Skeleton height={220} radius={12} />}
      {data && <Questions client={client} stored={data.surveyForm} onSaved={askAgain} />}
    </section>
  );
}

interface QuestionsProps {
  client: Client;
  stored: SurveyForm;
  onSaved(): void;
}

function Questions({ client, stored, onSaved }: QuestionsProps) {
  const [asksNps, setAsksNps] = useState(stored.asksNps);
  const [asked, setAsked] = useState<readonly Asked[]>(
    PLACES.map((i) => stored.questions[i] ?? { text: '', kind: 'SCALE' }),
  );
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null);
  const [saving, setSaving] = useState(false);
  const change = (place: number, to: Partial<Asked>) => {
    setAsked(asked.map((one, i) => (i === place ? { ...one, ...to } : one)));
    setSaid(null);
  };

  async function save(event: FormEvent) {
    event.preventDefault();
    setSaving(true);
    try {
      const questions = asked.map(({ text, kind }) => ({ text: text.trim(), kind })).filter(({ text }) => text !== '');
      await client.request(setSurveyFormMutation, { input: { asksNps, questions } });
      setSaid({ text: 'Saved', wrong: false });
      onSaved();
    } catch (caught) {
      setSaid({ text: caught instanceof ParleyError ? caught.message : 'It could not be saved.', wrong: true });
    } finally {
      setSaving(false);
    }
  }

  return (
    <form className={classes.survey} onSubmit={save}>
      <Switch
        label="Ask how likely they are to recommend you, 0 to 10 (Net Promoter Score)"
        checked={asksNps}
        onChange={({ currentTarget }) => {
          setAsksNps(currentTarget.checked);
          setSaid(null);
        }}
      />
      {PLACES.map((place) => (
        <div key={place} className={classes.question}>
          <TextInput
            label={`Question ${place + 1}`}
            placeholder="Not asked"
            maxLength={200}
            value={asked[place]!.text}
            onChange={({ currentTarget }) => change(place, { text: currentTarget.value })}
          />
          <Select
            label="Answered"
            aria-label={`Question ${place + 1}: answered`}
            data={kinds}
            value={asked[place]!.kind}
            allowDeselect={false}
            onChange={(kind) => change(place, { kind: kind as Asked['kind'] })}
            comboboxProps={{ withinPortal: false }}
          />
        </div>
      ))}
      <div className={classes.form}>
        <Button type="submit" variant="default" loading={saving}>
          Save the survey
        </Button>
        <span role="status" className={classes.said} data-wrong={said?.wrong || undefined}>
          {said && (
            <>
              <Icon name={said.wrong ? 'alert' : 'check'} size={16} /> {said.text}
            </>
          )}
        </span>
      </div>
    </form>
  );
}
