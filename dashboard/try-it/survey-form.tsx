import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { Client, Conversation, Survey } from '../../client/index.ts';
import { useAnswer } from '../session/use-answer.ts';
import { SurveyFields } from '../survey/survey-fields.tsx';
import {
  emptyDraft,
  type SurveyForm as Form,
  providerNames,
  type SurveyInvitation,
  surveyInvitationQuery,
  toInput,
} from '../survey/survey-form.ts';
import classes from './try-it.module.css';

interface SurveyFormProps {
  client: Client;
  conversation: Conversation;
  survey: Survey | null;
}

/** Until it is known what else managers ask. */
const ratingOnly: Form = { asksNps: false, questions: [], provider: null };

/** The customer's last word: 1 to 5, why, and what managers want to know besides. */
export function SurveyForm({ client, conversation, survey }: SurveyFormProps) {
  const { data, error } = useAnswer<SurveyInvitation>(client, surveyInvitationQuery, { id: conversation.id }, 60_000);
  const [draft, setDraft] = useState(emptyDraft);
  const [problem, setProblem] = useState<string | null>(null);

  if (survey) {
    return (
      <div className={classes.survey} role="status">
        <Text fw={600}>Thank you. You gave {survey.rating} of 5.</Text>
        <Text size="sm" c="dimmed">
          It is in the dashboard’s customer satisfaction already.
        </Text>
      </div>
    );
  }
  // The form stands in where it cannot be asked for, but is not to be seen where customers answer elsewhere.
  if (!data && !error) return null;
  const url = data?.conversation.surveyUrl;
  const provider = data?.surveyForm.provider;
  if (url && provider) {
    return (
      <div className={classes.survey}>
        <Button component="a" href={url} target="_blank" rel="noopener noreferrer">
          Tell us how it went
        </Button>
        <Text size="sm" c="dimmed">
          Opens our survey at {providerNames[provider]}. What you answer there counts here.
        </Text>
      </div>
    );
  }
  return (
    <form
      className={classes.survey}
      onSubmit={(event) => {
        event.preventDefault();
        const { rating, comment, ...more } = toInput(draft);
        conversation
          .submitSurvey(rating, comment ?? undefined, more)
          .catch((error: Error) => setProblem(error.message));
      }}
    >
      <SurveyFields form={data?.surveyForm ?? ratingOnly} draft={draft} onChange={setDraft} />
      {draft.rating > 0 && <Button type="submit">Send rating</Button>}
      {problem && (
        <Text role="alert" size="sm" c="var(--parley-bad)">
          {problem}
        </Text>
      )}
    </form>
  );
}
