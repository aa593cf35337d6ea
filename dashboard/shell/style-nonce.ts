import { setNonce } from 'get-nonce';

/** Stands in the exported pages where the server puts the nonce of each answer (server/serve-dashboard.ts). */
export const NONCE_PLACE = 'STYLE-NONCE';

/**
 * What style elements must carry, or the content policy refuses them. Next.js keeps it on an element of its own, for the same
 * purpose.
 */
export function styleNonce(): string {
  if (typeof document === 'undefined') return NONCE_PLACE;
  return document.querySelector('noscript[data-n-css]')?.getAttribute('data-n-css') ?? '';
}

/** For the library that keeps the page from scrolling below a dialog. */
export const tellLibraries = () => setNonce(styleNonce());
