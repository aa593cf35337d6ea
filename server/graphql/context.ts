import type { Grant } from '../auth/admit.ts';
import type { Viewer } from '../participants/participant.ts';
import type { App } from './app-parts.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What has let the request in. On a socket another token can take its place. */
export type Login = { readonly grant: Grant; readonly refresh?: (token: string) => Promise<Date> };

/** What resolvers get: the application, who asks and by what right, and what this request has already read. */
export type Context = {
  readonly app: App;
  readonly viewer: Viewer;
  readonly login: Login;
  readonly loaders: Loaders;
};

export const createContext = (app: App, viewer: Viewer, login: Login): Context => ({
  app,
  viewer,
  login,
  loaders: createLoaders(app, viewer),
});

/** For each event of a subscription: what was read for the last one is old by now, and so may be the viewer's role. */
export async function freshContext({ app, viewer, login }: Context): Promise<Context> {
  // With PostgreSQL away nothing can be read with an old role either.
  const [current = viewer] = await app.participants.load([viewer.id]).catch(() => []);
  return createContext(app, current, login);
}
