import type { Grant } from '../auth/admit.ts';
import { unauthenticated } from '../errors.ts';
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
  /** Where the request comes from, for limits. */
  readonly address: string;
};

export const createContext = (app: App, viewer: Viewer, login: Login, address: string): Context => ({
  app,
  viewer,
  login,
  loaders: createLoaders(app, viewer),
  address,
});

/** Of somebody who is nobody yet: whatever asks who it is refuses them. */
export class AnonymousContext implements Context {
  readonly app: App;
  readonly address: string;

  constructor(app: App, address: string) {
    this.app = app;
    this.address = address;
  }

  // On the prototype, because Apollo Server copies what a context has of its own.
  get viewer() {
    return refuse();
  }
  get login() {
    return refuse();
  }
  get loaders() {
    return refuse();
  }
}

function refuse(): never {
  throw unauthenticated('No token was given.');
}

/** For each event of a subscription: what was read for the last one is old by now, and so may be the viewer's role. */
export async function freshContext({ app, viewer, login, address }: Context): Promise<Context> {
  // With PostgreSQL away nothing can be read with an old role either.
  const [current = viewer] = await app.participants.load([viewer.id]).catch(() => []);
  return createContext(app, current, login, address);
}
