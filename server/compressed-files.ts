import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { RequestHandler } from 'express';

/** Scripts and styles as the bundler names them: nothing that could lead out of their folder. */
const HASHED = /^\/_next\/static\/[\w~-]+(?:\/[\w~-]+)*\.(js|css)$/;
const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

const compress = promisify(gzip);

/**
 * The pages' scripts and styles, compressed: to a third. Each once, off the event loop, and kept, which is about a megabyte in
 * all. Their names carry their content's hash, so what is kept never grows old. Without a proxy nobody else would do it.
 */
export function compressedFiles(folder: string, cacheControl: string): RequestHandler {
  const known = new Map<string, Promise<Buffer | undefined>>();

  async function make(path: string): Promise<Buffer | undefined> {
    const content = await readFile(join(folder, path)).catch(() => undefined);
    return content && compress(content, { level: constants.Z_BEST_COMPRESSION });
  }

  return async (request, response, next) => {
    const { path, method } = request;
    const [, ending] = HASHED.exec(path) ?? [];
    if (!ending || (method !== 'GET' && method !== 'HEAD')) return next();
    response.vary('accept-encoding');
    if (!request.acceptsEncodings('gzip')) return next();
    const making = known.get(path) ?? make(path);
    known.set(path, making);
    const content = await making;
    if (!content) {
      // It may be there after a build.
      known.delete(path);
      return next();
    }
    response.set({
      'content-type': types[ending as keyof typeof types],
      'content-encoding': 'gzip',
      'cache-control': cacheControl,
    });
    response.send(content);
  };
}
