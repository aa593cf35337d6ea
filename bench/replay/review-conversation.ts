import type { Connection } from './connection.ts';
import type { FreshView } from './transcript.ts';

type Page = {
  conversation: {
    headSeq: number;
    messages: {
      edges: { node: FreshView['messages'][number] }[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
  };
};

/** The whole conversation as a query tells it, page by page. */
export async function reviewConversation(connection: Connection, id: string): Promise<FreshView> {
  const messages: FreshView['messages'][number][] = [];
  let headSeq = 0;
  let after: string | null = null;
  do {
    const page: Page = await connection.request<Page>('Review', { id, after });
    const { edges, pageInfo } = page.conversation.messages;
    headSeq = page.conversation.headSeq;
    messages.push(...edges.map(({ node }) => node));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return { headSeq, messages };
}
