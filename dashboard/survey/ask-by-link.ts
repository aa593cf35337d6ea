/** Why there is no answer, by the server's code; NETWORK where it did not answer at all. */
export class LinkError extends Error {
  readonly code: string;
  /** Of CONFLICT: used, expired or reopened. */
  readonly reason: string | undefined;

  constructor(message: string, code: string, reason?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** Asks as somebody who is not signed in: what the link stands for is in the variables. */
export async function askByLink<Data>(query: string, variables: object): Promise<Data> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  }).catch(() => {
    throw new LinkError('The server cannot be reached.', 'NETWORK');
  });
  const answer = (await response.json().catch(() => ({}))) as {
    data?: Data;
    errors?: { message: string; extensions?: { code?: string; reason?: string } }[];
  };
  const [error] = answer.errors ?? [];
  if (error) throw new LinkError(error.message, error.extensions?.code ?? '', error.extensions?.reason);
  if (!answer.data) throw new LinkError('The server cannot be reached.', 'NETWORK');
  return answer.data;
}
