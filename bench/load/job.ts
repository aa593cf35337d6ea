/** What the generator is told, and what it answers; it is a process of its own, so that its work is not the server's. */
export type Job = {
  readonly protocol: 'graphql-socket' | 'graphql-http' | 'raw';
  readonly url: string;
  /** One conversation each: one sends, the other follows. */
  readonly pairs: number;
  /** For each pair; none where the server asks for none. */
  readonly tokens?: readonly { readonly sender: string; readonly recipient: string }[];
  readonly pace: Pace;
  /** Not measured: connections open, code gets hot. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Sent in turns. */
  readonly bodies: readonly string[];
  /** Recipients acknowledge what they receive, one acknowledgement at a time. */
  readonly receipts: boolean;
};

export type Pace =
  /** So many sends under way at any time: the most that the server takes. */
  | { readonly type: 'closed'; readonly inFlight: number }
  /** So many sends begin each second, whatever becomes of those before: latency as users have it. */
  | { readonly type: 'open'; readonly perSecond: number };

export type Milliseconds = { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };

export type Result = {
  /** Received by their recipients within the measured time, per second. */
  readonly deliveredPerSecond: number;
  readonly delivered: number;
  /** From when the send was due. */
  readonly sendToAcknowledged: Milliseconds;
  readonly sendToReceived: Milliseconds;
  /** Over the whole run, after all was drained. */
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
};

export type FromGenerator =
  | { readonly type: 'measuring' }
  | { readonly type: 'measured' }
  | { readonly type: 'done'; readonly result: Result };
