import { type Client, ParleyError } from '../../client/index.ts';

interface Connection<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Page by page, all that a list has; asked for at the pace that the server allows. */
export async function* pagesOf<Node>(
  client: Client,
  query: string,
  variables: object,
  field: string,
): AsyncGenerator<readonly Node[]> {
  let after: string | null = null;
  do {
    const page: Connection<Node> = await patiently(client, query, { ...variables, first: 100, after }, field);
    yield page.edges.map(({ node }) => node);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
}

/** Longest that a limit makes an export wait in one go, in ms: its window is ten seconds. */
const PATIENCE_MS = 60_000;

async function patiently<Node>(client: Client, query: string, variables: object, field: string) {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    try {
      return (await client.request<Record<string, Connection<Node>>>(query, variables))[field]!;
    } catch (error) {
      const limited = error instanceof ParleyError && error.code === 'RATE_LIMITED' && Date.now() < end;
      if (!limited) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1_000, error.retryAfterMs)));
    }
  }
}
