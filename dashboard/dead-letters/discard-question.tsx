import { Question } from '../shell/question.tsx';

interface DiscardQuestionProps {
  opened: boolean;
  all: boolean;
  onDiscard(): void;
  onKeep(): void;
}

/** What is discarded does not come back. */
export function DiscardQuestion({ opened, all, onDiscard, onKeep }: DiscardQuestionProps) {
  return (
    <Question
      opened={opened}
      question={all ? 'Discard all dead letters?' : 'Discard this dead letter?'}
      yes="Discard"
      no="Keep"
      onYes={onDiscard}
      onNo={onKeep}
    >
      {all ? 'They' : 'It'} will not be published any more. The events themselves stay in their conversations, and their
      readers get them from the database.
    </Question>
  );
}
