import type { TestServer } from './server.ts';

/** A metric of a server that is a process of its own: the sum over its samples that have these labels; 0 when it has none. */
export async function readMetric(
  { metricsUrl }: Pick<TestServer, 'metricsUrl'>,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const text = await (await fetch(metricsUrl)).text();
  let sum = 0;
  for (const line of text.split('\n')) {
    const [, sample, given = '', value] = /^([a-zA-Z_:]+)(\{.*\})? (\S+)/.exec(line) ?? [];
    if (sample === name && wanted.every((label) => given.includes(label))) sum += Number(value);
  }
  return sum;
}
