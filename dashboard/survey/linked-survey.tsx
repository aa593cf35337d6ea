import { Button, Loader } from '@mantine/core';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { askByLink, LinkError } from './ask-by-link.ts';
import classes from './survey.module.css';
import { SurveyFields } from './survey-fields.tsx';
import {
  answerSurveyByLinkMutation,
  emptyDraft,
  type LinkedSurvey as Linked,
  type SurveyForm,
  surveyByLinkQuery,
  toInput,
} from './survey-form.ts';

type End = 'DONE' | 'USED' | 'EXPIRED' | 'REOPENED' | 'FORGED' | 'RATE_LIMITED' | 'NETWORK';

const ends: Record<End, readonly [title: string, text: string]> = {
  DONE: ['Thank you', 'Your answer has arrived. You can close this page.'],
  USED: ['This survey was answered already', 'It takes one answer. Thank you for yours.'],
  EXPIRED: ['This survey is closed', 'Its time is over. If there is something to say, write to us again.'],
  REOPENED: ['Your conversation goes on', 'You will be able to answer when it is finished.'],
  FORGED: ['This link does not work', 'Perhaps a part of it is missing. Open it again from where you were sent it.'],
  RATE_LIMITED: ['Too many attempts', 'Wait some minutes, then try again.'],
  NETWORK: ['There is no connection', 'Nothing is lost. Try again when you are back online.'],
};

/** The survey that a link leads to. Nobody signs in here: the token behind the # is all there is. */
export function LinkedSurvey() {
  const [token, setToken] = useState<string>();
  const [form, setForm] = useState<SurveyForm>();
  const [end, setEnd] = useState<End>();

  const open = useCallback(async (linked: string) => {
    setEnd(undefined);
    setForm(undefined);
    try {
      const { surveyByLink } = await askByLink<Linked>(surveyByLinkQuery, { token: linked });
      if (surveyByLink.form) setForm(surveyByLink.form);
      else if (surveyByLink.state !== 'OPEN') setEnd(surveyByLink.state);
    } catch (error) {
      setEnd(endOf(error));
    }
  }, []);

  useEffect(() => {
    const read = () => {
      const linked = location.hash.slice(1);
      setToken(linked);
      if (linked) void open(linked);
      else setEnd('FORGED');
    };
    read();
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, [open]);

  if (end) return <Ended end={end} onRetry={() => token && open(token)} />;
  if (!form || !token)
    return (
      <div role="status" aria-label="Loading the survey">
        <Loader size="sm" />
      </div>
    );
  return <Questions form={form} token={token} onEnd={setEnd} />;
}

function Questions({ form, token, onEnd }: { form: SurveyForm; token: string; onEnd(end: End): void }) {
  const [draft, setDraft] = useState(emptyDraft);
  const [problem, setProblem] = useState<string>();
  const [sending, setSending] = useState(false);

  async function send(event: FormEvent) {
    event.preventDefault();
    setSending(true);
    setProblem(undefined);
    try {
      await askByLink(answerSurveyByLinkMutation, { input: { token, ...toInput(draft) } });
      onEnd('DONE');
    } catch (error) {
      const end = endOf(error);
      // What was written stays where sending it again can help.
      if (end === 'NETWORK' || end === 'RATE_LIMITED') setProblem(ends[end].join('. '));
      else onEnd(end);
    } finally {
      setSending(false);
    }
  }

  return (
    <>
      <h1 className={classes.title}>Your conversation with us</h1>
      <p className={classes.lead}>A moment of your time helps us to do better.</p>
      <form className={classes.form} onSubmit={send}>
        <SurveyFields form={form} draft={draft} onChange={setDraft} />
        {problem && (
          <p role="alert" className={classes.problem}>
            {problem}
          </p>
        )}
        <Button type="submit" size="md" loading={sending} disabled={draft.rating === 0}>
          Send
        </Button>
      </form>
    </>
  );
}

function Ended({ end, onRetry }: { end: End; onRetry(): void }) {
  const [title, text] = ends[end];
  return (
    <div role="status">
      <h1 className={classes.title}>{title}</h1>
      <p>{text}</p>
      {(end === 'NETWORK' || end === 'RATE_LIMITED' || end === 'REOPENED') && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

const reasons: Record<string, End> = { used: 'USED', expired: 'EXPIRED', reopened: 'REOPENED' };

function endOf(error: unknown): End {
  const { code, reason } = error instanceof LinkError ? error : { code: '', reason: undefined };
  if (code === 'CONFLICT') return reasons[reason ?? ''] ?? 'EXPIRED';
  if (code === 'RATE_LIMITED') return 'RATE_LIMITED';
  return code === 'NETWORK' || code === 'UNAVAILABLE' || code === 'INTERNAL_SERVER_ERROR' ? 'NETWORK' : 'FORGED';
}
