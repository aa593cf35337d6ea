import type { SocketIdentity } from '../auth/socket-identity.ts';
import type { Viewer } from '../participants/participant.ts';
import type { App } from './app-parts.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What resolvers get: the application, who asks, and what this request has already read. */
export type Context = {
  readonly app: App;
  readonly viewer: Viewer;
  readonly loaders: Loaders;
  /** Over HTTP there is none: each request is let in by itself. */
  readonly socket: SocketIdentity | undefined;
};

export const createContext = (app: App, viewer: Viewer, socket?: SocketIdentity): Context => ({
  app,
  viewer,
  loaders: createLoaders(app, viewer),
  socket,
});

/** For each event of a subscription: what was read for the last one is old by now, and so may be the viewer's role. */
export async function freshContext({ app, viewer, socket }: Context): Promise<Context> {
  // With PostgreSQL away nothing can be read with an old role either.
  const [current = viewer] = await app.participants.load([viewer.id]).catch(() => []);
  return createContext(app, current, socket);
}
