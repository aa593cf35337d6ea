/** A node of a plan as auto_explain writes it with VERBOSE. */
export type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Alias?: string;
  readonly 'CTE Name'?: string;
  readonly 'Subplan Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
};

/**
 * How a scan finds its rows, by what Citus distributes them by. one: of a conversation that the statement names. named: of
 * the conversations in a list, in the rows that it is given, or in those that it joins. all: in some other way, so every
 * shard is asked.
 */
export type Scan = { readonly table: string; readonly reach: 'one' | 'named' | 'all' };

/** Tables that would be distributed, and their columns with the conversation. */
export const distributed: Readonly<Record<string, string>> = {
  conversation: 'id',
  conversation_activity: 'conversation_id',
  member: 'conversation_id',
  message: 'conversation_id',
  conversation_event: 'conversation_id',
  outbox: 'conversation_id',
  dead_letter: 'conversation_id',
  sealing_key: 'conversation_id',
  journey_moment: 'conversation_id',
};

/** Of distributed tables. @param known The ids of the conversations that the statement was given. */
export function scansOf(plan: PlanNode, known: readonly string[]): Scan[] {
  const nodes = [...walk(plan)];
  return nodes.flatMap((node): Scan[] => {
    const table = node['Relation Name'];
    const column = table && distributed[table];
    // What is changed is found by a scan beneath; an INSERT finds nothing.
    if (!column || node['Node Type'] === 'ModifyTable') return [];
    const conditions = [node['Index Cond'], node['Recheck Cond'], node.Filter].filter(Boolean).join(' AND ');
    const key = `${node.Alias}.${column}`;
    if (names(conditions, key, known)) return [{ table, reach: 'one' }];
    if (joins(conditions, key, nodes)) return [{ table, reach: 'named' }];
    return [{ table, reach: 'all' }];
  });
}

const names = (conditions: string, key: string, known: readonly string[]) =>
  known.some((id) => conditions.includes(`(${key} = '${id}'::uuid)`));

function joins(conditions: string, key: string, nodes: readonly PlanNode[]): boolean {
  if (conditions.includes(`(${key} = ANY (`)) return true;
  const other = conditions.split(`(${key} = `)[1];
  const [, alias, column] = /^(\w+)\.(\w+)\)/.exec(other ?? '') ?? [];
  if (column === 'conversation_id') return true;
  return column === 'id' && nodes.some((node) => node.Alias === alias && isOfConversations(node, nodes));
}

/** Whether a node's column `id` is a conversation's: that of the table, or of what a CTE returns of it. */
function isOfConversations(node: PlanNode, nodes: readonly PlanNode[]): boolean {
  if (node['Relation Name'] === 'conversation') return true;
  const cte = node['CTE Name'] && nodes.find((other) => other['Subplan Name'] === `CTE ${node['CTE Name']}`);
  return cte ? cte['Node Type'] === 'ModifyTable' && cte['Relation Name'] === 'conversation' : false;
}

function* walk(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* walk(child);
}
