import assert from 'node:assert/strict';

const tellTales: Record<string, RegExp> = {
  'a stack': /\\n\s+at |node:internal|\.[cm]?[jt]s:\d+/,
  SQL: /\b(SELECT|INSERT INTO|DELETE FROM|UPDATE .+ SET|violates .+ constraint|relation \\?"|syntax error at)\b/,
  'a file path': /file:\/\/|node_modules|\/server\/|\/home\/|\/root\/|\.ts\b/,
  'what the server is made of': /prisma|postgres|ioredis|ECONN/i,
};

/** No answer may tell how the server is built or what went wrong inside it. */
export function assertDiscreet(answer: string): void {
  for (const [what, pattern] of Object.entries(tellTales))
    assert.doesNotMatch(answer, pattern, `the answer has ${what}`);
}
