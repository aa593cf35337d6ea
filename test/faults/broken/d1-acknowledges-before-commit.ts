import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../../../server/db.ts';
import { sendMessages as send } from '../../../server/messages/message-queries.ts';
import { standInFor } from './stand-in.ts';

standInFor('messages/message-queries.ts', import.meta.url);

export * from '../../../server/messages/message-queries.ts';

const COMMITS_AFTER_MS = 400;

/** Answers when it has written, and commits a moment later. */
export function sendMessages(...[db, rows, ...rest]: Parameters<typeof send>): ReturnType<typeof send> {
  return new Promise((resolve, reject) => {
    const writing = db.$transaction(async (tx) => {
      resolve(await send(tx as Db, rows, ...rest));
      await pause(COMMITS_AFTER_MS);
    });
    writing.catch(reject);
  });
}
