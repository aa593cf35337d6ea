/** What a browser does about cookies and redirects, and nothing else. Cookies are kept by origin and path. */
export class SmallBrowser {
  readonly #cookies = new Map<string, { name: string; value: string; origin: string; path: string; line: string }>();

  /** Every cookie as its line has set it. */
  get cookieLines(): string[] {
    return [...this.#cookies.values()].map(({ line }) => line);
  }

  /** One request, without following where it leads. */
  async ask(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const { origin, pathname } = new URL(url);
    const cookie = [...this.#cookies.values()]
      .filter((one) => one.origin === origin && pathname.startsWith(one.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, { ...init, headers: { ...init.headers, cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(origin, line);
    return response;
  }

  post(url: string, body: object = {}): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return this.ask(url, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Follows redirects, until one leads to what `stops` names, or there is none. Answers where it is then. */
  async go(url: string | URL, stops: (url: URL) => boolean = () => false): Promise<{ url: URL; response: Response }> {
    let at = new URL(url);
    for (let steps = 0; steps < 20; steps++) {
      const response = await this.ask(at);
      const location = response.headers.get('location');
      if (!location) return { url: at, response };
      at = new URL(location, at);
      if (stops(at)) return { url: at, response };
    }
    throw new Error(`redirects without end, the last to ${at}`);
  }

  #keep(origin: string, line: string): void {
    const [pair = '', ...attributes] = line.split(/; */);
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
    const key = `${origin} ${path} ${name}`;
    if (value === '' || attributes.some((one) => /^expires=Thu, 01 Jan 1970/i.test(one))) this.#cookies.delete(key);
    else this.#cookies.set(key, { name, value, origin, path, line });
  }
}
