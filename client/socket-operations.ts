import type { Client } from 'graphql-ws/client';
import { fromGraphQLErrors, fromSocketError, ParleyError } from './parley-error.ts';
import { call } from './store.ts';

export interface SocketOperations {
  /** One try of a query or mutation, as part of the trace that is given. */
  attempt<T>(document: string, variables: object, traceparent?: string): Promise<T>;
  /** One subscription on the present socket. */
  stream<T>(document: string, variables: object, next: Next<T>): Stream;
}

/** @param traceparent Of the message that is brought, where the server records its trace. */
export type Next<T> = (data: T, traceparent?: string) => void;

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
  next: Next<T>;
  fail(error: ParleyError): void;
  complete(): void;
}

/** Operations as promises that always settle, with every way of failing as a ParleyError. */
export function createSocketOperations(
  socket: Client,
  { answerTimeoutMs, silence, refused }: Surroundings,
): SocketOperations {
  function subscribe<T>(query: string, variables: object, sink: Sink<T>, traceparent?: string): () => void {
    const silenced = silence();
    if (silenced) {
      sink.fail(silenced);
      return () => {};
    }
    const fail = (error: ParleyError) => {
      if (error.code === 'UNAUTHENTICATED') refused(error);
      sink.fail(error);
    };
    return socket.subscribe<T & Record<string, unknown>, { traceparent?: string }>(
      { query, variables: variables as Record<string, unknown>, ...(traceparent && { extensions: { traceparent } }) },
      {
        next: ({ data, errors, extensions }) =>
          errors?.length ? fail(fromGraphQLErrors(errors)) : sink.next(data as T, extensions?.traceparent),
        error: (error) => fail(fromSocketError(error)),
        complete: sink.complete,
      },
    );
  }

  return {
    attempt<T>(document: string, variables: object, traceparent?: string) {
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
        const sink: Sink<T> = {
          next(data) {
            clearTimeout(timer);
            resolve(data);
          },
          fail,
          complete: () => fail(new ParleyError('NETWORK', 'The server ended the operation without an answer.')),
        };
        stop = subscribe(document, variables, sink, traceparent);
      });
    },

    stream<T>(document: string, variables: object, next: Next<T>) {
      let stop = () => {};
      const ended = new Promise<ParleyError | null>((resolve) => {
        stop = subscribe<T>(document, variables, {
          next: (...given) => call(() => next(...given)),
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
