import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, Router } from 'express';
import { answerHttpError } from '../answer-http-error.ts';
import { recordAudit } from '../audit-log/record-audit.ts';
import type { Authenticated } from '../auth/authenticate.ts';
import { ChatError, notFound, rateLimited } from '../errors.ts';
import type { App } from '../graphql/app-parts.ts';
import { checkId } from '../input.ts';
import { accessParticipant } from './access-participant.ts';
import { exportParticipant } from './export-participant.ts';

const RETRY_MS = 10_000;
/** Whoever takes nothing for this long gives their place to others. */
const STALL_MS = 30_000;

type Parts = Pick<App, 'db' | 'sealing' | 'log' | 'config' | 'admit'> & {
  authenticate: (request: Request) => Promise<Authenticated>;
};

/** GET /export for one's own data, GET /export/ID for somebody's: a download as long as it needs to be, so not GraphQL. */
export function exportRoutes(parts: Parts): Router {
  const { db, log, config, admit, authenticate } = parts;
  let running = 0;
  const router = Router();
  router.get('/{:participantId}', async (request, response) => {
    response.set('cache-control', 'no-store');
    try {
      const { viewer, grant } = await authenticate(request);
      const { participantId } = request.params;
      const id = participantId === undefined ? viewer.id : checkId('participantId', String(participantId));
      const participant = await accessParticipant(db, viewer, id);
      if (participant.deletedAt) throw notFound('participant');
      if (running >= config.EXPORTS_AT_ONCE) throw rateLimited(RETRY_MS);
      running++;
      try {
        await recordAudit(db, { action: 'DATA_EXPORTED', actorId: viewer.id, participantId: id });
        response.setTimeout(STALL_MS, () => response.destroy());
        response.attachment(`parley-export-${id}.json`).type('application/json');
        await pipeline(Readable.from(exportParticipant(parts, participant, () => admit(grant))), response);
      } finally {
        running--;
      }
    } catch (error) {
      // Cut off: without its end it is no JSON.
      if (response.headersSent) log.warn({ err: error }, 'an export was cut off');
      else {
        if (error instanceof ChatError && error.code === 'UNAUTHENTICATED') response.set('www-authenticate', 'Bearer');
        answerHttpError(response, error);
      }
    }
  });
  return router;
}
