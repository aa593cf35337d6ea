/**
 * Calls `back` when a browser says that the network is there again, or when its tab wakes: both are good moments to try at
 * once. Calls `gone` when it says that the network is gone, which it may be wrong about. Outside of browsers it does
 * nothing. Returns the way to stop.
 */
export function watchNetwork({ back, gone }: { back(): void; gone(): void }): () => void {
  const page = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> & {
    document?: EventTarget & { visibilityState: string };
  };
  const { document } = page;
  if (!document || !page.addEventListener) return () => {};
  const visible = () => {
    if (document.visibilityState === 'visible') back();
  };
  page.addEventListener('online', back);
  page.addEventListener('offline', gone);
  document.addEventListener('visibilitychange', visible);
  return () => {
    page.removeEventListener?.('online', back);
    page.removeEventListener?.('offline', gone);
    document.removeEventListener('visibilitychange', visible);
  };
}
