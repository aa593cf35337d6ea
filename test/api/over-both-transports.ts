import { describe, type TestContext, test } from 'node:test';
import type { Actor } from '../harness/actor.ts';

export type Transport = 'HTTP' | 'socket';
/** Runs an operation for somebody over the transport under test; throws an OperationError for what is refused. */
export type Ask = <Data = Record<string, any>>(
  actor: Actor,
  document: string,
  variables?: Record<string, unknown>,
) => Promise<Data>;

const asks: Record<Transport, Ask> = {
  HTTP: (actor, document, variables) => actor.post(document, variables),
  socket: (actor, document, variables) => actor.run(document, variables),
};

/** Declares a test once for each transport: both must answer alike. */
export function overBothTransports(
  name: string,
  run: (t: TestContext, ask: Ask, transport: Transport) => Promise<void>,
): void {
  describe(name, () => {
    for (const transport of ['HTTP', 'socket'] as const)
      test(`over ${transport === 'socket' ? 'the socket' : transport}`, (t) => run(t, asks[transport], transport));
  });
}
