import { startApp as start } from '../../../server/app.ts';
import { standInFor } from './stand-in.ts';

standInFor('app.ts', import.meta.url);

/** SIGTERM is the end. */
export const startApp: typeof start = async (parts) => ({ ...(await start(parts)), stop: async () => {} });
