import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';

/** One of the canary's two devices: a socket of its own to the public API, opened as any client opens one. */
export type CanaryDevice = {
  run<Data>(query: string, variables: Record<string, unknown>): Promise<Data>;
  /** What to call to wait for the next update that fits. */
  follow(query: string, variables: Record<string, unknown>): (fits: (update: Update) => boolean) => Promise<void>;
  close(): void;
};

/** Of canary-documents' follow: what it asks of the kinds that it waits for. */
export type Update = {
  readonly __typename: string;
  readonly message?: { readonly id: string };
  readonly participant?: { readonly id: string };
  readonly readSeq?: number;
};

/** Where the canary asks this very process, its certificate need not name the address. */
type Address = { readonly url: string; readonly isOwn: boolean };

export function openCanaryDevice({ url, isOwn }: Address, token: string): CanaryDevice {
  class Socket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { rejectUnauthorized: !isOwn });
      // One that is ended while it connects says so; unheard, that would end the process. graphql-ws hears the close.
      this.on('error', () => {});
    }
  }
  const client: Client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: Socket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    // Kept open between two operations.
    lazyCloseTimeout: 60_000,
  });
  return {
    async run<Data>(query: string, variables: Record<string, unknown>) {
      for await (const result of client.iterate<Data>({ query, variables })) return dataOf(result);
      throw new Error('the socket was closed');
    },
    follow(query, variables) {
      const updates = client.iterate<{ conversationUpdates: Update }>({ query, variables });
      return async (fits) => {
        for (;;) {
          const { done, value } = await updates.next();
          if (done) throw new Error('the subscription ended');
          if (fits(dataOf(value).conversationUpdates)) return;
        }
      };
    },
    close() {
      // Whether or not the other side answers the goodbye. One that is still connecting fails for it, which nobody waits for.
      Promise.resolve(client.dispose()).catch(() => {});
      client.terminate();
    },
  };
}

function dataOf<Data>({ data, errors }: FormattedExecutionResult<Data, unknown>): Data {
  if (errors || !data) throw new Error(`refused: ${errors?.[0]?.extensions?.code}`);
  return data;
}
