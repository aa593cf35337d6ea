import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { graphqlTypeOf, isConversationUpdate } from '../delivery/updates.ts';
import { isSameForAll } from './same-for-all.ts';

/**
 * One execution and one encoding of an update for all subscribers of this process who have sent the same document, where
 * what they asked for does not depend on who they are. The follower gives all its readers the very same update, and
 * documents are parsed once: both are compared by identity.
 */
export type ExecuteOnce = (
  update: unknown,
  operation: { readonly document: DocumentNode; readonly operationName?: string | null },
  /** Not called where somebody else's has begun. */
  run: () => Promise<ExecutionResult>,
) => Promise<ExecutionResult>;

/** A result's JSON, where it was made already. */
const encoded = Symbol('encoded');
type Encoded = ExecutionResult & { [encoded]?: string };

/** The JSON of a result that may go to several; undefined for any other. */
export const encodedOf = (result: ExecutionResult): string | undefined => (result as Encoded)[encoded];

export function createExecuteOnce(schema: GraphQLSchema, onResult: (how: 'executed' | 'shared') => void): ExecuteOnce {
  const results = new WeakMap<object, Map<OperationDefinitionNode, Promise<ExecutionResult>>>();
  const shareable = new WeakMap<OperationDefinitionNode, Map<string, boolean>>();

  function isShareable(document: DocumentNode, operation: OperationDefinitionNode, type: string): boolean {
    const types = shareable.get(operation) ?? new Map<string, boolean>();
    shareable.set(operation, types);
    const known = types.get(type) ?? isSameForAll(schema, document, operation, type);
    types.set(type, known);
    return known;
  }

  return function executeOnce(update, { document, operationName }, run) {
    const operation = getOperationAST(document, operationName)!;
    if (!isConversationUpdate(update) || !isShareable(document, operation, graphqlTypeOf(update))) {
      onResult('executed');
      return run();
    }
    const ofUpdate = results.get(update) ?? new Map<OperationDefinitionNode, Promise<ExecutionResult>>();
    results.set(update, ofUpdate);
    let result = ofUpdate.get(operation);
    onResult(result ? 'shared' : 'executed');
    if (!result) {
      result = run().then(withEncoding);
      ofUpdate.set(operation, result);
    }
    return result;
  };
}

/** Errors are the exception: they are encoded by whoever gets them. */
function withEncoding(result: ExecutionResult): ExecutionResult {
  if (result.errors) return result;
  return Object.assign(result, { [encoded]: JSON.stringify(result) });
}
