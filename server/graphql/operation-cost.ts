import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What an operation may cost at most, counted before it runs: each field 1, times the size of every page around it. */
export type OperationCost = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
) => number;

/** Lists without pages (members, days of a report) are short, but not always. */
const UNPAGED = 10;
/** What a connection gives when neither first nor last is said, and at most. */
const DEFAULT_PAGE = 50;
const MAX_PAGE = 100;

/**
 * Documents are few and run again and again: where no page size comes from a variable, the cost is known after the first
 * time. Fragments are counted once, however often they are spread, so that no document takes long to count.
 */
export function createOperationCost(schema: GraphQLSchema): OperationCost {
  const constants = new WeakMap<OperationDefinitionNode, number>();

  return function costOf(document, operation, variables) {
    const known = constants.get(operation);
    if (known !== undefined) return known;
    const root = schema.getRootType(operation.operation);
    if (!root) return 0;
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    }
    const counted = new Map<string, number>();
    let varies = false;

    function ofSelections({ selections }: SelectionSetNode, type: GraphQLCompositeType): number {
      let cost = 0;
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) cost += ofField(selection, type);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) cost += ofFragment(selection.name.value);
        else cost += ofSelections(selection.selectionSet, typed(selection.typeCondition?.name.value) ?? type);
      }
      return cost;
    }

    function ofFragment(name: string): number {
      const known = counted.get(name);
      if (known !== undefined) return known;
      counted.set(name, 0); // in a cycle, which validation refuses
      const fragment = fragments.get(name);
      const type = typed(fragment?.typeCondition.name.value);
      const cost = fragment && type ? ofSelections(fragment.selectionSet, type) : 0;
      counted.set(name, cost);
      return cost;
    }

    function ofField(field: FieldNode, parent: GraphQLCompositeType): number {
      if (!field.selectionSet) return 1;
      const definition =
        isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value] : undefined;
      const type = definition && getNamedType(definition.type);
      // __schema and __type, which production refuses.
      if (!definition || !isCompositeType(type)) return 1;
      const inner = ofSelections(field.selectionSet, type);
      if (type.name.endsWith('Connection')) return 1 + pageSize(field) * inner;
      const isPage = parent.name.endsWith('Connection');
      return 1 + (isListType(getNullableType(definition.type)) && !isPage ? UNPAGED : 1) * inner;
    }

    function pageSize({ arguments: given = [] }: FieldNode): number {
      const sizes: number[] = [];
      for (const { name, value } of given) {
        if (name.value !== 'first' && name.value !== 'last') continue;
        if (value.kind === Kind.INT) sizes.push(Number(value.value));
        else if (value.kind === Kind.VARIABLE) {
          varies = true;
          const size = variables?.[value.name.value] ?? defaultOf(value.name.value);
          if (size !== null && size !== undefined) sizes.push(Number(size));
        }
      }
      const size = sizes.length > 0 ? Math.max(...sizes) : DEFAULT_PAGE;
      // What is no size at all is refused when it runs.
      return size >= 0 && size <= MAX_PAGE ? size : MAX_PAGE;
    }

    function defaultOf(name: string): number | undefined {
      const value = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue;
      return value?.kind === Kind.INT ? Number(value.value) : undefined;
    }

    function typed(name: string | undefined): GraphQLCompositeType | undefined {
      const type = name === undefined ? undefined : schema.getType(name);
      return isCompositeType(type) ? type : undefined;
    }

    const cost = ofSelections(operation.selectionSet, root);
    if (!varies) constants.set(operation, cost);
    return cost;
  };
}
