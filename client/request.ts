import { backOffMs } from './back-off.ts';
import type { Connection } from './connection.ts';
import { ParleyError } from './parley-error.ts';

/** How often an answer of INTERNAL_SERVER_ERROR is asked for again by someone patient; it may be the request's own fault. */
const MAX_SERVER_FAULTS = 5;
/** How long an impatient request goes on in all, in ms. */
const IMPATIENT_MS = 15_000;

export interface RequestOptions {
  /** True: goes on for as long as it takes, through offline times and refused tokens, until there is an answer that lasts. */
  patient?: boolean;
  /** The trace that it is part of; asked at each attempt. */
  traceparent?: () => string | undefined;
}

/**
 * A query or mutation, repeated while what stops it is temporary. Every mutation of Parley is safe to repeat: ids are
 * made by the client, watermarks only grow, and a repeated edit changes nothing. `variables` is asked at each attempt.
 */
export async function request<T>(
  connection: Connection,
  document: string,
  variables: () => object,
  { patient = false, traceparent }: RequestOptions = {},
): Promise<T> {
  const deadline = patient ? Number.POSITIVE_INFINITY : Date.now() + IMPATIENT_MS;
  let serverFaults = 0;
  for (let attempt = 0; ; attempt++) {
    try {
      await readyBefore(connection, deadline);
      return await connection.attempt<T>(document, variables(), traceparent?.());
    } catch (caught) {
      const error = caught as ParleyError;
      const refused = connection.state.getSnapshot().status === 'refused';
      if (error.code === 'UNAUTHENTICATED' && (patient || !refused)) {
        if (refused) await leavesRefusal(connection);
        continue;
      }
      const again =
        error.temporary || (patient && error.code === 'INTERNAL_SERVER_ERROR' && ++serverFaults < MAX_SERVER_FAULTS);
      // A lost connection has a back-off of its own in ready(); what an open one answers is waited out here.
      const open = connection.state.getSnapshot().status === 'online';
      const waitMs = open ? Math.max(backOffMs(attempt), error.retryAfterMs) : 0;
      if (!again || Date.now() + waitMs >= deadline) throw error;
      await connection.pause(waitMs);
    }
  }
}

async function readyBefore(connection: Connection, deadline: number): Promise<void> {
  if (deadline === Number.POSITIVE_INFINITY) return connection.ready();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new ParleyError('NETWORK', 'No connection to the server.'));
    timer = setTimeout(fail, Math.max(0, deadline - Date.now()));
  });
  await Promise.race([connection.ready(), late]).finally(() => clearTimeout(timer));
}

/** Resolves when somebody called `reconnect()` after the token was refused, or closed the client. */
export function leavesRefusal(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.state.subscribe(() => {
      if (connection.state.getSnapshot().status === 'refused') return;
      stop();
      resolve();
    });
  });
}
