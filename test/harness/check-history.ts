/**
 * Judges what happened against D1 to D4: every attempt to send, what each device received, and the log as it stands in
 * the database. Pure, so that it can be shown broken histories as well (check-history.test.ts). Judge only when nothing is
 * under way any more.
 */
export type Attempt = {
  readonly id: string;
  readonly body: string;
  /** unknown: no answer came, or UNAVAILABLE; it may be stored or not. */
  readonly outcome: 'acknowledged' | 'refused' | 'unknown';
  /** Of an acknowledged one: where the server said it stands. */
  readonly seq?: number;
};

/** messageId, body and version: of messages posted, as they are now. */
export type LoggedEvent = {
  readonly seq: number;
  readonly messageId: string | null;
  readonly body: string | null;
  readonly version: number | null;
};

/** One subscription. */
export type Stream = {
  readonly afterSeq: number;
  /** What was received, in the order in which it came. messageId: of messages posted, else null. */
  readonly received: readonly { readonly seq: number; readonly messageId: string | null }[];
};

/** A device's subscription that still runs, and those that broke off before it. */
export type Device = Stream & {
  readonly name: string;
  /** In order. The same event on two of them is a legitimate replay; on one of them it is a double. */
  readonly brokenOff?: readonly Stream[];
};

export type History = {
  readonly attempts: readonly Attempt[];
  /** By seq. */
  readonly log: readonly LoggedEvent[];
  readonly devices: readonly Device[];
};

export type Finding = {
  /** lost: acknowledged, and not in the log or not received. order: a wrong place. unexpected: what nobody did or may see. */
  readonly kind: 'lost' | 'doubled' | 'order' | 'unexpected';
  readonly what: string;
};

/** What is wrong, in words; empty when every promise was kept. */
export function checkHistory({ attempts, log, devices }: History): Finding[] {
  return [...checkLog(log), ...checkAttempts(attempts, log), ...devices.flatMap((device) => checkDevice(device, log))];
}

function checkLog(log: readonly LoggedEvent[]): Finding[] {
  const findings: Finding[] = [];
  log.forEach(({ seq }, i) => {
    if (seq !== i + 1) findings.push({ kind: 'order', what: `the log has ${seq} where ${i + 1} belongs` });
  });
  const ids = log.flatMap(({ messageId }) => messageId ?? []);
  for (const id of doubles(ids)) findings.push({ kind: 'doubled', what: `message ${id} stands in the log twice` });
  return findings;
}

function checkAttempts(attempts: readonly Attempt[], log: readonly LoggedEvent[]): Finding[] {
  const findings: Finding[] = [];
  const found = (kind: Finding['kind'], what: string) => findings.push({ kind, what });
  const stored = new Map(log.flatMap((event) => (event.messageId === null ? [] : [[event.messageId, event] as const])));
  const byId = Map.groupBy(attempts, ({ id }) => id);
  for (const [id, tries] of byId) {
    const event = stored.get(id);
    for (const { outcome, seq, body } of tries) {
      if (outcome !== 'acknowledged') continue;
      if (!event) found('lost', `message ${id} was acknowledged as ${seq} and is lost`);
      else if (event.seq !== seq) found('order', `message ${id} was acknowledged as ${seq} and stands at ${event.seq}`);
      else if (event.version === 1 && event.body !== body)
        found('unexpected', `message ${id} has another body than was sent`);
    }
    if (event && tries.every(({ outcome }) => outcome === 'refused'))
      found('unexpected', `message ${id} was refused and is stored`);
  }
  for (const id of stored.keys()) if (!byId.has(id)) found('unexpected', `message ${id} is stored and nobody sent it`);
  return findings;
}

function checkDevice({ name, brokenOff = [], ...running }: Device, log: readonly LoggedEvent[]): Finding[] {
  const findings = checkStream(name, running, log, log.at(-1)?.seq ?? 0);
  let known = brokenOff[0]?.afterSeq ?? running.afterSeq;
  for (const [i, stream] of [...brokenOff, running].entries()) {
    if (stream.afterSeq > known)
      findings.push({ kind: 'lost', what: `${name} resumed after ${stream.afterSeq} and had received ${known}` });
    const reached = Math.max(stream.afterSeq, ...stream.received.map(({ seq }) => seq));
    if (stream !== running) findings.push(...checkStream(`${name} (stream ${i + 1})`, stream, log, reached));
    known = Math.max(known, reached);
  }
  return findings;
}

/** @param through A stream that broke off has everything up to the last that it received. */
function checkStream(name: string, stream: Stream, log: readonly LoggedEvent[], through: number): Finding[] {
  const { afterSeq, received } = stream;
  const findings: Finding[] = [];
  const found = (kind: Finding['kind'], what: string) => findings.push({ kind, what: `${name} ${what}` });
  const expected = log.filter(({ seq }) => seq > afterSeq);
  const known = new Map(expected.map((event) => [event.seq, event]));
  const seqs = received.map(({ seq }) => seq);
  const seen = new Set(seqs);
  for (const seq of doubles(seqs)) found('doubled', `received ${seq} twice`);
  for (const { seq } of expected) if (seq <= through && !seen.has(seq)) found('lost', `never received ${seq}`);
  received.forEach(({ seq, messageId }, i) => {
    if (i > 0 && seq < seqs[i - 1]!) found('order', `received ${seq} after ${seqs[i - 1]}`);
    const event = known.get(seq);
    if (!event) found('unexpected', `received ${seq}, which is not in the log after ${afterSeq}`);
    else if (event.messageId !== messageId) found('unexpected', `received something else at ${seq} than was stored`);
  });
  return findings;
}

function doubles<T>(values: readonly T[]): T[] {
  const seen = new Set<T>();
  return values.filter((value) => seen.has(value) || !seen.add(value));
}
