import type { Usage } from '../load/usage.ts';

/** What a scenario comes to, in figures that stand for themselves. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'KB' | '%' | 's' | '';
  /** As it is stated for this project; none where there is none. */
  readonly target?: string;
};

/** What happens to many connections at once, rather than to many messages. It runs in a process of its own. */
export type Scenario = {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  run(parts: ScenarioParts): Promise<Figure[]>;
};

export type ScenarioParts = {
  readonly url: string;
  /** A server that takes WebSockets and does nothing with them. */
  readonly bareUrl: string;
  readonly databaseUrl: string;
  /** How many of whatever the scenario has many of. */
  readonly size: number;
  token(role: 'CUSTOMER' | 'AGENT', sub: string): Promise<string>;
  /** Of Parley, or of the other server. */
  usage(of?: 'parley' | 'bare'): Promise<Usage>;
};

/** What passes between the scenario's process and the one that has started the servers. */
export type ToScenario =
  | ({ readonly name: string } & Pick<ScenarioParts, 'url' | 'bareUrl' | 'databaseUrl' | 'size'>)
  | { readonly usage: Usage };
export type FromScenario =
  | { readonly type: 'usage'; readonly of: 'parley' | 'bare' }
  | { readonly type: 'done'; readonly figures: readonly Figure[] };
