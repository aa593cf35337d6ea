/** http → ws, https → wss; in a browser, relative to the page. */
export function socketUrl(url: string): string {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  const address = new URL(url, page);
  address.protocol = address.protocol.replace(/^http/, 'ws');
  return address.href;
}
