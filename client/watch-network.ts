/**
 * Calls back when a browser says that the network is there again, or when its tab wakes: both are good moments to try
 * at once. Elsewhere it does nothing. Returns the way to stop.
 */
export function watchNetwork(back: () => void): () => void {
  const page = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> & {
    document?: EventTarget & { visibilityState: string };
  };
  const { document } = page;
  if (!document || !page.addEventListener) return () => {};
  const visible = () => {
    if (document.visibilityState === 'visible') back();
  };
  page.addEventListener('online', back);
  document.addEventListener('visibilitychange', visible);
  return () => {
    page.removeEventListener?.('online', back);
    document.removeEventListener('visibilitychange', visible);
  };
}
