/**
 * What REDIS_URL may be. Sentinel's and Cluster's forms name several servers, which a URL cannot; they are those of Celery,
 * Flask-Limiter and others:
 *
 *   redis://[user:password@]host[:6379][/db]                           one server
 *   redis+sentinel://[user:password@]host[:26379],host…/name           the primary that these sentinels call so
 *   redis+cluster://[user:password@]host[:6379],host…                  a cluster that these are nodes of; it names the others
 *
 * `rediss` for TLS, to all of them. Sentinels with a password of their own: `?sentinelPassword=…`, `&sentinelUsername=…`.
 */
export type RedisAddress =
  | { readonly form: 'server'; readonly url: string }
  | (Several & {
      readonly form: 'sentinel';
      readonly name: string;
      readonly sentinelUsername: string | undefined;
      readonly sentinelPassword: string | undefined;
    })
  | (Several & { readonly form: 'cluster' });

type Several = {
  readonly nodes: readonly RedisNode[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
};
export type RedisNode = { readonly host: string; readonly port: number };

const PORT = { sentinel: 26379, cluster: 6379 } as const;

/** Undefined where it is none of these forms. */
export function parseRedisAddress(url: string): RedisAddress | undefined {
  if (/^rediss?:\/\//.test(url)) return URL.parse(url)?.hostname ? { form: 'server', url } : undefined;
  const parts = /^redis(s?)\+(sentinel|cluster):\/\/(?:([^@/?]*)@)?([^@/?]+)(?:\/([^/?]*))?(?:\?(.*))?$/.exec(url);
  if (!parts) return undefined;
  const [, s, form, credentials = '', hosts, name = '', query = ''] = parts as unknown as [
    string,
    string,
    Form,
    ...string[],
  ];
  const nodes = hosts!.split(',').map((host) => nodeOf(host, PORT[form]));
  const options = new URLSearchParams(query);
  if (!nodes.every((node) => node !== undefined)) return undefined;
  try {
    const [username, password] = credentials.split(':').map(decodeURIComponent);
    const several: Several = {
      nodes,
      username: username || undefined,
      password: password || undefined,
      tls: s === 's',
    };
    if (form === 'cluster') return name === '' && options.size === 0 ? { form, ...several } : undefined;
    if (name === '' || ![...options.keys()].every((key) => /^sentinel(Password|Username)$/.test(key))) return undefined;
    return {
      form,
      ...several,
      name: decodeURIComponent(name),
      sentinelUsername: options.get('sentinelUsername') ?? undefined,
      sentinelPassword: options.get('sentinelPassword') ?? undefined,
    };
  } catch {
    return undefined; // a % that encodes nothing
  }
}

type Form = keyof typeof PORT;

function nodeOf(text: string, usualPort: number): RedisNode | undefined {
  const [, six, host, port] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const number = port === undefined ? usualPort : Number(port);
  if ((six ?? host) === undefined || number < 1 || number > 65_535) return undefined;
  return { host: (six ?? host)!, port: number };
}
