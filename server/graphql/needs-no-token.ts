import { type DocumentNode, getOperationAST, Kind } from 'graphql';

/** What somebody may do who is nobody yet. Alone in its operation, so that it is a way to nothing else. */
const open: Readonly<Record<string, ReadonlySet<string>>> = {
  mutation: new Set(['startVisit', 'renewVisit', 'answerSurveyByLink']),
  query: new Set(['surveyByLink']),
};

export function needsNoToken(document: DocumentNode, operationName: string | null | undefined): boolean {
  const operation = getOperationAST(document, operationName);
  const [field, ...more] = operation?.selectionSet.selections ?? [];
  if (!operation || more.length > 0 || field?.kind !== Kind.FIELD) return false;
  return open[operation.operation]?.has(field.name.value) ?? false;
}

/** Without this word in it a document need not be looked at. */
export const mayNeedNoToken = (source: string) => /(?:start|renew)Visit|[sS]urveyByLink/.test(source);
