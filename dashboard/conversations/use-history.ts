import { useEffect, useState } from 'react';
import type { Client, ParleyError } from '../../client/index.ts';
import { HISTORY_PAGE, type History, type HistoryEvent, historyQuery } from './history.ts';

/** Messages that come together are asked about once, in ms. */
const GATHER_MS = 300;
const RETRY_MS = 5_000;

export interface KnownHistory {
  readonly events: readonly HistoryEvent[];
  /** Of the internal notes; null where there are none. */
  readonly notesId: string | null;
  readonly error: ParleyError | null;
}

const nothing: KnownHistory = { events: [], notesId: null, error: null };

/** What happened besides messages from a seq on; asked for anew as the conversation's head rises. */
export function useHistory(client: Client, id: string, headSeq: number | undefined, fromSeq: number): KnownHistory {
  const [known, setKnown] = useState<KnownHistory>(nothing);

  useEffect(() => {
    if (headSeq === undefined) return;
    let stopped = false;
    async function ask() {
      try {
        const read = await readHistory(client, id, fromSeq);
        if (!stopped) setKnown({ ...read, error: null });
      } catch (error) {
        if (stopped) return;
        setKnown((before) => ({ ...before, error: error as ParleyError }));
        timer = setTimeout(ask, RETRY_MS);
      }
    }
    let timer = setTimeout(ask, GATHER_MS);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [client, id, headSeq, fromSeq]);

  return known;
}

async function readHistory(client: Client, id: string, fromSeq: number): Promise<Omit<KnownHistory, 'error'>> {
  let events: readonly HistoryEvent[] = [];
  for (;;) {
    const { conversation } = await client.request<History>(historyQuery, { id, beforeSeq: events[0]?.seq });
    events = [...conversation.history, ...events];
    const complete = conversation.history.length < HISTORY_PAGE || events[0]!.seq < fromSeq;
    if (complete) return { events, notesId: conversation.notes?.id ?? null };
  }
}
