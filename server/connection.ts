import { badInput } from './errors.ts';
import { checkId } from './input.ts';

/** Relay's cursor connections: https://relay.dev/graphql/connections.htm */

export const MAX_PAGE = 100;
export const DEFAULT_PAGE = 50;

export type PageInfo = {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
};
export type Connection<Node> = { edges: { cursor: string; node: Node }[]; pageInfo: PageInfo };

export function toConnection<Node>(
  nodes: readonly Node[],
  cursorOf: (node: Node) => string,
  more: { hasNextPage: boolean; hasPreviousPage: boolean },
): Connection<Node> {
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    pageInfo: { ...more, startCursor: edges.at(0)?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null },
  };
}

export function checkPageSize(field: 'first' | 'last', size: number): number {
  if (size < 1 || size > MAX_PAGE) throw badInput(field, `must be from 1 to ${MAX_PAGE}.`);
  return size;
}

/** Cursors are opaque: what is in them may change. They hold a position, never a permission. */
export const encodeCursor = (kind: string, ...parts: (string | number)[]) =>
  Buffer.from([kind, ...parts].join(':')).toString('base64url');

export function decodeCursor(field: string, kind: string, cursor: string): string[] {
  const [actual, ...parts] = Buffer.from(cursor, 'base64url').toString().split(':');
  if (actual !== kind || parts.length === 0) throw badCursor(field);
  return parts;
}

/** Of a list in the order of its ids, where that is all that a cursor has to say. */
export function decodeIdCursor(field: string, kind: string, cursor: string): string {
  const [id] = decodeCursor(field, kind, cursor);
  if (!id) throw badCursor(field);
  return checkId(field, id);
}

export const badCursor = (field: string) =>
  badInput(field, 'is not a cursor of this list. Take cursors from pageInfo or edges.');
