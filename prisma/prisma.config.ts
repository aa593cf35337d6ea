import { defineConfig } from 'prisma/config';

// `prisma generate` and `prisma validate` only check that the schema engine's file exists. Naming any existing file
// keeps them from downloading an engine that they never run; where somebody has the real one, their setting stands.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
