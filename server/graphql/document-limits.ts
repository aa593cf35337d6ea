import {
  type ASTVisitor,
  BREAK,
  type DocumentNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Config } from '../config.ts';
import type { DocumentLimit } from '../rate-limit/rates.ts';

/** What a document may be, on both transports. What is larger is refused before it is validated in full, let alone run. */
export type DocumentLimits = {
  /** For parse(). */
  readonly parseOptions: { readonly maxTokens: number };
  /** An error for a text that is too long to be parsed, or is not one of the trusted ones. */
  checkSource(source: string): GraphQLError | undefined;
  /** Counts a text that parse() refused for its tokens. */
  parseFailed(error: Error): void;
  /** Depth, aliases and directives, with fragments expanded. */
  readonly rule: ValidationRule;
};

type Measured = { depth: number; aliases: number; directives: number };

/** trusted: where there are any, only these are run. */
export function createDocumentLimits(
  config: Config,
  refused: (limit: DocumentLimit) => void,
  trusted?: ReadonlySet<string>,
): DocumentLimits {
  const most: Measured = {
    depth: config.QUERY_MAX_DEPTH,
    aliases: config.QUERY_MAX_ALIASES,
    directives: config.QUERY_MAX_DIRECTIVES,
  };

  function rule(context: ValidationContext): ASTVisitor {
    return {
      Document(document) {
        const measured = measureDocument(document);
        for (const name of Object.keys(most) as (keyof Measured)[]) {
          if (measured[name] <= most[name]) continue;
          refused(name);
          context.reportError(tooMuch(`It may have ${name === 'depth' ? 'a depth' : name} of at most ${most[name]}.`));
        }
        return BREAK;
      },
    };
  }

  return {
    parseOptions: { maxTokens: config.QUERY_MAX_TOKENS },
    checkSource(source) {
      if (trusted && !trusted.has(source)) {
        refused('trusted_documents');
        return new GraphQLError('This document is not among those that this server runs.', {
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        });
      }
      if (source.length <= config.QUERY_MAX_CHARACTERS) return undefined;
      refused('characters');
      return tooMuch(`It may have at most ${config.QUERY_MAX_CHARACTERS} characters.`);
    },
    parseFailed(error) {
      if (/more tha[nt] \d+ tokens/.test(error.message)) refused('tokens');
    },
    rule,
  };
}

export const tooMuch = (why: string) =>
  new GraphQLError(`This document asks for too much. ${why}`, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });

/** The most that any of its operations has. Fragments are measured once, however often they are spread. */
function measureDocument({ definitions }: DocumentNode): Measured {
  const fragments = new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const known = new Map<string, Measured>();

  function measure({ selections }: SelectionSetNode): Measured {
    const total = { depth: 0, aliases: 0, directives: 0 };
    for (const selection of selections) {
      total.directives += selection.directives?.length ?? 0;
      const inner = ofSelection(selection);
      total.depth = Math.max(total.depth, inner.depth);
      total.aliases += inner.aliases;
      total.directives += inner.directives;
    }
    return total;
  }

  function ofSelection(selection: SelectionSetNode['selections'][number]): Measured {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return measure(selection.selectionSet);
    const aliases = selection.alias ? 1 : 0;
    // Tools that read the schema go deeper than people; in production validation refuses them anyhow.
    if (!selection.selectionSet || selection.name.value.startsWith('__')) return { depth: 1, aliases, directives: 0 };
    const inner = measure(selection.selectionSet);
    return { ...inner, depth: inner.depth + 1, aliases: inner.aliases + aliases };
  }

  function ofFragment(name: string): Measured {
    const before = known.get(name);
    if (before) return before;
    known.set(name, { depth: 0, aliases: 0, directives: 0 }); // in a cycle, which validation refuses
    const fragment = fragments.get(name);
    if (fragment) {
      const inner = measure(fragment.selectionSet);
      known.set(name, { ...inner, directives: inner.directives + (fragment.directives?.length ?? 0) });
    }
    return known.get(name)!;
  }

  const most = { depth: 0, aliases: 0, directives: 0 };
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, aliases, directives } = measure(definition.selectionSet);
    const own = definition.directives?.length ?? 0;
    most.depth = Math.max(most.depth, depth);
    most.aliases = Math.max(most.aliases, aliases);
    most.directives = Math.max(most.directives, directives + own);
  }
  return most;
}
