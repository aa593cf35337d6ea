/**
 * For processes that live for seconds: Prisma's query compiler, which is WebAssembly, is not optimised any further. Doing that
 * takes a fifth of the processor time of a start, and pays after minutes.
 */
export const SHORT_LIVED = ['--liftoff-only'];
