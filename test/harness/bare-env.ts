/**
 * The environment of programs that are to see nothing of ours: the path, and where Node keeps what it has compiled, without
 * which each start compiles everything again.
 */
export function bareEnv(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE ? { PATH, NODE_COMPILE_CACHE } : { PATH };
}
