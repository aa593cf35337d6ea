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

export type Device = {
  readonly name: string;
  readonly afterSeq: number;
  /** What was received, in the order in which it came. messageId: of messages posted, else null. */
  readonly received: readonly { readonly seq: number; readonly messageId: string | null }[];
};

export type History = {
  readonly attempts: readonly Attempt[];
  /** By seq. */
  readonly log: readonly LoggedEvent[];
  readonly devices: readonly Device[];
};

/** What is wrong, in words; empty when every promise was kept. */
export function checkHistory({ attempts, log, devices }: History): string[] {
  return [...checkLog(log), ...checkAttempts(attempts, log), ...devices.flatMap((device) => checkDevice(device, log))];
}

function checkLog(log: readonly LoggedEvent[]): string[] {
  const findings: string[] = [];
  log.forEach(({ seq }, i) => {
    if (seq !== i + 1) findings.push(`the log has ${seq} where ${i + 1} belongs`);
  });
  const ids = log.flatMap(({ messageId }) => messageId ?? []);
  for (const id of doubles(ids)) findings.push(`message ${id} stands in the log twice`);
  return findings;
}

function checkAttempts(attempts: readonly Attempt[], log: readonly LoggedEvent[]): string[] {
  const findings: string[] = [];
  const stored = new Map(log.flatMap((event) => (event.messageId === null ? [] : [[event.messageId, event] as const])));
  const byId = Map.groupBy(attempts, ({ id }) => id);
  for (const [id, tries] of byId) {
    const event = stored.get(id);
    for (const { outcome, seq, body } of tries) {
      if (outcome !== 'acknowledged') continue;
      if (!event) findings.push(`message ${id} was acknowledged as ${seq} and is lost`);
      else if (event.seq !== seq) findings.push(`message ${id} was acknowledged as ${seq} and stands at ${event.seq}`);
      else if (event.version === 1 && event.body !== body)
        findings.push(`message ${id} has another body than was sent`);
    }
    if (event && tries.every(({ outcome }) => outcome === 'refused'))
      findings.push(`message ${id} was refused and is stored`);
  }
  for (const id of stored.keys()) if (!byId.has(id)) findings.push(`message ${id} is stored and nobody sent it`);
  return findings;
}

function checkDevice({ name, afterSeq, received }: Device, log: readonly LoggedEvent[]): string[] {
  const findings: string[] = [];
  const expected = log.filter(({ seq }) => seq > afterSeq);
  const known = new Map(expected.map((event) => [event.seq, event]));
  const seqs = received.map(({ seq }) => seq);
  const seen = new Set(seqs);
  for (const seq of doubles(seqs)) findings.push(`${name} received ${seq} twice`);
  for (const { seq } of expected) if (!seen.has(seq)) findings.push(`${name} never received ${seq}`);
  received.forEach(({ seq, messageId }, i) => {
    if (i > 0 && seq < seqs[i - 1]!) findings.push(`${name} received ${seq} after ${seqs[i - 1]}`);
    const event = known.get(seq);
    if (!event) findings.push(`${name} received ${seq}, which is not in the log after ${afterSeq}`);
    else if (event.messageId !== messageId) findings.push(`${name} received something else at ${seq} than was stored`);
  });
  return findings;
}

function doubles<T>(values: readonly T[]): T[] {
  const seen = new Set<T>();
  return values.filter((value) => seen.has(value) || !seen.add(value));
}
