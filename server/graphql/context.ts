import type { Viewer } from '../participants/participant.ts';
import type { App } from './app-parts.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What resolvers get: the application, who asks, and what this request has already read. */
export type Context = {
  readonly app: App;
  readonly viewer: Viewer;
  readonly loaders: Loaders;
};

export const createContext = (app: App, viewer: Viewer): Context => ({
  app,
  viewer,
  loaders: createLoaders(app, viewer),
});

/** For each event of a subscription: what was read for the last one is old by now. */
export const freshContext = ({ app, viewer }: Context): Context => createContext(app, viewer);
