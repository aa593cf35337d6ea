import { type DocumentNode, getOperationAST, Kind } from 'graphql';

/** What somebody may do who is nobody yet. Alone in its operation, so that it is a way to nothing else. */
const open = new Set(['startVisit', 'renewVisit']);

export function needsNoToken(document: DocumentNode, operationName: string | null | undefined): boolean {
  const operation = getOperationAST(document, operationName);
  const [field, ...more] = operation?.selectionSet.selections ?? [];
  return (
    operation?.operation === 'mutation' && more.length === 0 && field?.kind === Kind.FIELD && open.has(field.name.value)
  );
}

/** Without this word in it a document need not be looked at. */
export const mayNeedNoToken = (source: string) => /(?:start|renew)Visit/.test(source);
