import { type DocumentNode, GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { App } from './app-parts.ts';
import { tooMuch } from './document-limits.ts';
import { createOperationCost } from './operation-cost.ts';

/** Throws for an operation that costs too much, or one too many for who asks. Called by both transports, before it runs. */
export type AdmitOperation = (
  /** Who pays: a participant's id, or an address. */
  payer: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
) => void;

export function createAdmitOperation({
  config,
  schema,
  limits,
}: Pick<App, 'config' | 'schema' | 'limits'>): AdmitOperation {
  const costOf = createOperationCost(schema);
  return function admitOperation(payer, document, operation, variables) {
    const cost = costOf(document, operation, variables);
    if (cost > config.QUERY_MAX_COST) {
      limits.refused('cost');
      throw tooMuch(
        `It costs ${cost}, of at most ${config.QUERY_MAX_COST}: take smaller pages, or fewer fields of each.`,
      );
    }
    try {
      limits.spend('cost_per_participant', payer, cost);
    } catch (error) {
      throw new GraphQLError('', { originalError: error as Error });
    }
  };
}
