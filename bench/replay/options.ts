import { parseArgs } from 'node:util';

export const help = `Plays a file of dialogues through the public API of the running server, as customers and agents over real
sockets, and checks on the raw frames that each of them saw every message once, in order.

  npm run replay -- FILE [--concurrency N] [--speed X] [--cuts N] [--url URL] [--json REPORT]

  FILE           JSON lines: {"id": "1", "topic": "Tables", "turns": [{"from": "customer", "text": "Hello"}, …]}
  --concurrency  dialogues at once; default: 10
  --speed        1: as people read and type; 10: ten times that; 0: as fast as the server goes; default: 0
  --cuts         connections that each side loses per dialogue, at random points; default: 0
  --url          the server; default: http://localhost:4000
  --json         also write the report to this file, as JSON

Its tokens are signed with AUTH_SECRET, else with the key in this installation's database.
Exit code 1 when anything was lost, doubled, out of order, altered or unexpected, or a dialogue failed; 130 after Ctrl-C.
`;

export type Options = {
  readonly file: string;
  readonly concurrency: number;
  readonly speed: number;
  readonly cuts: number;
  readonly url: URL;
  readonly json: string | undefined;
};

/** Something is wrong with the command line. */
export class BadOption extends Error {
  override name = 'BadOption';
}

/** 'help' when that is what was asked for. Throws BadOption, or parseArgs' own error. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      concurrency: { type: 'string', default: '10' },
      speed: { type: 'string', default: '0' },
      cuts: { type: 'string', default: '0' },
      url: { type: 'string', default: 'http://localhost:4000' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [file, ...more] = positionals;
  if (file === undefined) throw new BadOption('Which file? npm run replay -- FILE; --help tells more.');
  if (more.length > 0) throw new BadOption(`One file at a time: what is ${JSON.stringify(more[0])}?`);
  return {
    file,
    concurrency: wholeNumber('--concurrency', values.concurrency, 1, 10_000),
    speed: positiveNumber('--speed', values.speed, 1_000_000),
    cuts: wholeNumber('--cuts', values.cuts, 0, 10_000),
    url: socketUrl(values.url),
    json: values.json,
  };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new BadOption(`${option} is ${JSON.stringify(text)}: it must be a whole number from ${min} to ${max}.`);
  return value;
}

function positiveNumber(option: string, text: string, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= 0 && value <= max))
    throw new BadOption(`${option} is ${JSON.stringify(text)}: it must be a number from 0 to ${max}.`);
  return value;
}

/** The server's address as people know it, turned into that of its socket. */
function socketUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(http|ws)s?:$/.test(url.protocol) || url.hostname === '') {
    throw new BadOption(`--url is ${JSON.stringify(text)}: it must be like http://localhost:4000.`);
  }
  url.protocol = url.protocol.replace('http', 'ws');
  if (url.pathname === '/') url.pathname = '/graphql';
  return url;
}
