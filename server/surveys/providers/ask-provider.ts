/** The provider's API did not answer, or not as documented: nothing is lost, and it is worth asking again. */
export class ProviderFailed extends Error {
  override name = 'ProviderFailed';
}

/** Of JSON, in bytes: a page of a thousand answers is half of it. */
const MAX_BYTES = 4_194_304;

export type AskOptions = {
  readonly timeoutMs: number;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
};

/** A GET of a provider's API, bounded in time and size. Its URL and headers are in no message: they hold tokens and ids. */
export async function askProvider(
  url: URL,
  headers: Record<string, string>,
  { timeoutMs, signal: stopped }: AskOptions,
): Promise<unknown> {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(stopped ? [stopped] : [])]);
    // A token must not follow a redirect to somebody else.
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new ProviderFailed(`the survey provider's API answered ${response.status}`);
    }
    return JSON.parse(await readBounded(response));
  } catch (error) {
    if (error instanceof ProviderFailed) throw error;
    throw new ProviderFailed(`the survey provider's API gave no answer: ${reasonOf(error)}`);
  }
}

async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new ProviderFailed(`the survey provider's API answered more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'no JSON';
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name ?? 'unknown';
}
