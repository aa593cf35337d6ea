import type { Client } from 'graphql-ws/client';
import { fromGraphQLErrors, fromSocketError, ParleyError } from './parley-error.ts';
import { call } from './store.ts';

export interface SocketOperations {
  /** One try of a query or mutation. */
  attempt<T>(document: string, variables: object): Promise<T>;
  /** One subscription on the present socket. */
  stream<T>(document: string, variables: object, next: (data: T) => void): Stream;
}

export interface Stream {
  /** Resolves with why it ended; null when the server completed it or `stop` was called. */
  ended: Promise<ParleyError | null>;
  stop(): void;
}

interface Surroundings {
  /** Longest wait for an answer, in ms. */
  answerTimeoutMs: number;
  /** Why nothing may be sent now; null when it may. */
  silence(): ParleyError | null;
  /** An operation was answered with UNAUTHENTICATED. */
  refused(error: ParleyError): void;
}

interface Sink<T> {
  next(data: T): void;
  fail(error: ParleyError): void;
  complete(): void;
}

/** Operations as promises that always settle, with every way of failing as a ParleyError. */
export function createSocketOperations(
  socket: Client,
  { answerTimeoutMs, silence, refused }: Surroundings,
): SocketOperations {
  function subscribe<T>(query: string, variables: object, sink: Sink<T>): () => void {
    const silenced = silence();
    if (silenced) {
      sink.fail(silenced);
      return () => {};
    }
    const fail = (error: ParleyError) => {
      if (error.code === 'UNAUTHENTICATED') refused(error);
      sink.fail(error);
    };
    return socket.subscribe(
      { query, variables: variables as Record<string, unknown> },
      {
        next: ({ data, errors }) => (errors?.length ? fail(fromGraphQLErrors(errors)) : sink.next(data as T)),
        error: (error) => fail(fromSocketError(error)),
        complete: sink.complete,
      },
    );
  }

  return {
    attempt<T>(document: string, variables: object) {
      return new Promise<T>((resolve, reject) => {
        let stop = () => {};
        const late = () => {
          stop();
          reject(new ParleyError('TIMEOUT', `No answer within ${answerTimeoutMs} ms.`));
        };
        const timer = setTimeout(late, answerTimeoutMs);
        const fail = (error: ParleyError) => {
          clearTimeout(timer);
          reject(error);
        };
        stop = subscribe<T>(document, variables, {
          next(data) {
            clearTimeout(timer);
            resolve(data);
          },
          fail,
          complete: () => fail(new ParleyError('NETWORK', 'The server ended the operation without an answer.')),
        });
      });
    },

    stream<T>(document: string, variables: object, next: (data: T) => void) {
      let stop = () => {};
      const ended = new Promise<ParleyError | null>((resolve) => {
        stop = subscribe<T>(document, variables, {
          next: (data) => call(() => next(data)),
          fail(error) {
            resolve(error);
            stop();
          },
          complete: () => resolve(null),
        });
      });
      return { ended, stop };
    },
  };
}
