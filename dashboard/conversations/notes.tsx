import { Button, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Client, ParleyError } from '../../client/index.ts';
import classes from './conversations.module.css';
import { openNotesMutation } from './history.ts';
import { useConversation } from './use-conversation.ts';

interface NotesProps {
  client: Client;
  conversationId: string;
  /** Null until somebody has opened them. */
  notesId: string | null;
}

/** Agents' and managers' notes beside a conversation; its customer learns of them in no way. */
export function Notes({ client, conversationId, notesId }: NotesProps) {
  const [opened, setOpened] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = notesId ?? opened;

  async function write(event: FormEvent) {
    event.preventDefault();
    const body = text.trim();
    if (!body || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const input = { conversationId };
      const { openNotes } = await client.request<{ openNotes: { notes: { id: string } } }>(openNotesMutation, {
        input,
      });
      setOpened(openNotes.notes.id);
      client.conversation(openNotes.notes.id).send(body);
      setText('');
    } catch (error) {
      setProblem(error instanceof ParleyError ? error.message : 'The note could not be written.');
    }
    setBusy(false);
  }

  return (
    <section className={classes.card} aria-label="Internal notes">
      <h2 className={classes.cardTitle}>Internal notes</h2>
      {id ? (
        <NoteList client={client} id={id} />
      ) : (
        <p className={classes.note}>None so far. Customers never see them.</p>
      )}
      <form onSubmit={write} className={classes.writeNote}>
        <Textarea
          label="New note"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={8_000}
          value={text}
          error={problem}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button type="submit" size="compact-sm" loading={busy} disabled={text.trim() === ''}>
          Add the note
        </Button>
      </form>
    </section>
  );
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function NoteList({ client, id }: { client: Client; id: string }) {
  const { handle, view } = useConversation(client, id);
  if (view?.phase === 'ended') return <p className={classes.note}>They could not be loaded: {view.error?.message}</p>;
  if (!view?.state) return <p className={classes.note}>Loading …</p>;
  return (
    <>
      {view.state.earlierCursor && (
        <Button variant="default" size="compact-sm" onClick={() => void handle?.loadEarlier()}>
          Earlier notes
        </Button>
      )}
      <ul className={classes.notes}>
        {view.messages.map((note) => (
          <li key={note.id}>
            <p
              className={classes.body}
              dir="auto"
              data-deleted={('deletedAt' in note && note.deletedAt !== null) || undefined}
            >
              {'deletedAt' in note && note.deletedAt ? 'This note was deleted' : note.body}
            </p>
            <p className={classes.note}>
              {note.seq === null ? 'You' : note.sender.name} ·{' '}
              <time dateTime={note.createdAt}>{moment.format(new Date(note.createdAt))}</time>
              {note.seq !== null && note.editedAt && !note.deletedAt && ' · edited'}
              {note.seq === null &&
                note.status !== 'sent' &&
                ` · ${note.status === 'failed' ? 'not stored' : 'waiting'}`}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
