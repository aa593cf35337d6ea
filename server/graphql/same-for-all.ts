import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Fields that say the same whoever asks, by type. What is not listed here may depend on the viewer, and then each viewer's
 * selection is executed for them alone: to leave a field out costs time, to list a wrong one shows it to others.
 */
const event = ['conversationId', 'seq', 'at', 'actor'];
export const sameForAll: Readonly<Record<string, readonly string[]>> = {
  MessagePosted: [...event, 'message'],
  MessageEdited: [...event, 'message'],
  MessageDeleted: [...event, 'message'],
  ParticipantJoined: [...event, 'participant'],
  ParticipantLeft: [...event, 'participant'],
  ReceiptAdvanced: ['conversationId', 'participant', 'deliveredSeq', 'readSeq'],
  TypingChanged: ['conversationId', 'participant', 'typing'],
  PresenceChanged: ['conversationId', 'participant', 'online'],
  Message: [
    'id',
    'conversationId',
    'seq',
    'sender',
    'body',
    'version',
    'status',
    'sentAt',
    'createdAt',
    'editedAt',
    'deletedAt',
  ],
  Participant: ['id', 'name', 'role', 'online', 'lastSeenAt', 'deletedAt'],
};

/** Subscriptions whose events many may get, all the same object. */
const SHARED_FIELD = 'conversationUpdates';

/**
 * Whether everybody who has sent this document gets the same for an update of this type. Fragments that do not apply to it
 * do not matter; variables and directives might be different each time.
 */
export function isSameForAll(
  schema: GraphQLSchema,
  document: DocumentNode,
  { selectionSet: { selections } }: OperationDefinitionNode,
  updateType: string,
): boolean {
  const [root, another] = selections;
  if (root?.kind !== Kind.FIELD || another || root.name.value !== SHARED_FIELD || root.directives?.length) return false;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  return root.selectionSet !== undefined && allSame(updateType, root.selectionSet);

  function allSame(typeName: string, { selections }: SelectionSetNode): boolean {
    return selections.every((selection) => !selection.directives?.length && isSame(typeName, selection));
  }

  function isSame(typeName: string, selection: SelectionNode): boolean {
    switch (selection.kind) {
      case Kind.FIELD: {
        const name = selection.name.value;
        if (name === '__typename') return true;
        if (selection.arguments?.length || !sameForAll[typeName]?.includes(name)) return false;
        return !selection.selectionSet || allSame(typeOf(typeName, name), selection.selectionSet);
      }
      case Kind.INLINE_FRAGMENT:
        return !applies(selection.typeCondition?.name.value, typeName) || allSame(typeName, selection.selectionSet);
      case Kind.FRAGMENT_SPREAD: {
        const fragment = fragments.get(selection.name.value)!;
        return !applies(fragment.typeCondition.name.value, typeName) || allSame(typeName, fragment.selectionSet);
      }
    }
  }

  function typeOf(typeName: string, field: string): string {
    const type = schema.getType(typeName);
    return isObjectType(type) ? getNamedType(type.getFields()[field]!.type).name : '';
  }

  function applies(condition: string | undefined, typeName: string): boolean {
    if (condition === undefined || condition === typeName) return true;
    const [abstract, concrete] = [schema.getType(condition), schema.getType(typeName)];
    return isAbstractType(abstract) && isObjectType(concrete) && schema.isSubType(abstract, concrete);
  }
}
