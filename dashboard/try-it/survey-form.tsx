import { Button, Rating, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Conversation, Survey } from '../../client/index.ts';
import classes from './try-it.module.css';

/** The customer's last word: 1 to 5, and why. */
export function SurveyForm({ conversation, survey }: { conversation: Conversation; survey: Survey | null }) {
  const [rating, setRating] = useState(0);
  const [comment, setComment] = useState('');
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
  return (
    <form
      className={classes.survey}
      onSubmit={(event) => {
        event.preventDefault();
        conversation
          .submitSurvey(rating, comment.trim() || undefined)
          .catch((error: Error) => setProblem(error.message));
      }}
    >
      <Text fw={600}>How did it go?</Text>
      <Rating
        value={rating}
        onChange={setRating}
        size="lg"
        color="parley"
        classNames={{ starSymbol: classes.star }}
        getSymbolLabel={(n) => `${n} of 5`}
      />
      {rating > 0 && (
        <>
          <TextInput
            aria-label="Comment, optional"
            placeholder="Anything to add?"
            value={comment}
            onChange={({ currentTarget }) => setComment(currentTarget.value)}
            maxLength={2_000}
          />
          <Button type="submit">Send rating</Button>
        </>
      )}
      {problem && (
        <Text role="alert" size="sm" c="var(--parley-bad)">
          {problem}
        </Text>
      )}
    </form>
  );
}
