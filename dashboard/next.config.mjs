import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A static export: plain files in dashboard/out, which the server hands out as they are.
 * @type {import('next').NextConfig}
 */
export default {
  output: 'export',
  images: { unoptimized: true },
  reactStrictMode: true,
  // The repository, because the pages import client/ from beside this folder.
  turbopack: { root: dirname(dirname(fileURLToPath(import.meta.url))) },
  devIndicators: false,
};
