type Page = Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> & {
  document?: EventTarget & { visibilityState: string };
};

/**
 * Calls `back` when a browser says that the network is there again, or when its tab wakes: good moments to try at once. Calls `gone` when it says that the network is gone, which it may be wrong about. Outside of browsers it does
 * nothing. Returns the way to stop.
 */
export function watchNetwork({ back, gone }: { back(): void; gone(): void }): () => void {
  const page = globalThis as Page;
  const { document } = page;
  if (!document || !page.addEventListener) return () => {};
  const visible = () => {
    if (document.visibilityState === 'visible') back();
  };
  page.addEventListener('online', back);
  page.addEventListener('pageshow', back);
  page.addEventListener('offline', gone);
  document.addEventListener('visibilitychange', visible);
  return () => {
    page.removeEventListener?.('online', back);
    page.removeEventListener?.('pageshow', back);
    page.removeEventListener?.('offline', gone);
    document.removeEventListener('visibilitychange', visible);
  };
}

/** Calls `leave` when the page may not come back: the last good moment to store something. Returns the way to stop. */
export function watchLeaving(leave: () => void): () => void {
  const page = globalThis as Page;
  const { document } = page;
  if (!document || !page.addEventListener) return () => {};
  const hidden = () => {
    if (document.visibilityState === 'hidden') leave();
  };
  page.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', hidden);
  return () => {
    page.removeEventListener?.('pagehide', leave);
    document.removeEventListener('visibilitychange', hidden);
  };
}
