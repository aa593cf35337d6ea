import { randomBytes } from 'node:crypto';
import { Agent, openAgentPool } from './agent-pool.ts';
import { connect, Unreachable } from './connection.ts';
import type { Dialogue } from './dialogue.ts';
import { FrameRecorder } from './frame-recorder.ts';
import { humanTempo } from './human-tempo.ts';
import type { Options } from './options.ts';
import { playDialogue } from './play-dialogue.ts';
import { readDialogues } from './read-dialogues.ts';
import type { Tally } from './tally.ts';

/** Signs a token of this installation for a participant of the play. */
export type SignToken = (claims: {
  sub: string;
  role: 'CUSTOMER' | 'AGENT';
  name: string;
  expiresInSeconds: number;
}) => Promise<string>;

/** Signed anew at every connect, so this only has to outlast one connection. */
const TOKEN_SECONDS = 24 * 3600;
/** How long the first connection may take: a server that is starting, but not one that is not there. */
const FIRST_PATIENCE_MS = 2_000;

export type RunOptions = {
  readonly options: Pick<Options, 'file' | 'concurrency' | 'speed' | 'cuts' | 'url'>;
  readonly sign: SignToken;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** Called for each line that was dealt with, and with the reason when it was skipped. */
  readonly onLine: (line: number, problem?: string) => void;
};

/** Plays the file, so many dialogues at once, reading on as they end. What happened is in the tally. */
export async function runReplay({ options, sign, tally, signal, onLine }: RunOptions): Promise<void> {
  const { file, concurrency, url, cuts } = options;
  const tempo = humanTempo(options.speed);
  const run = randomBytes(4).toString('hex');
  const agentToken = (number: number) => () =>
    sign({
      sub: `replay-${run}-agent-${number}`,
      role: 'AGENT',
      name: `Agent ${number}`,
      expiresInSeconds: TOKEN_SECONDS,
    });
  await mustAnswer({ url, token: agentToken(1), tally });

  // Agents of this run only: what another run left in an inbox is not this one's to judge.
  const agents = openAgentPool((number) => new Agent({ url, token: agentToken(number), tally }));

  async function play(dialogue: Dialogue): Promise<void> {
    const agent = await agents.acquire();
    const recorder = new FrameRecorder();
    const token = () =>
      sign({
        sub: `replay-customer-${dialogue.id}`,
        role: 'CUSTOMER',
        name: `Customer ${dialogue.id}`,
        expiresInSeconds: TOKEN_SECONDS,
      });
    const connection = connect({ url, token, tally, tap: recorder });
    try {
      await playDialogue({ dialogue, customer: { connection, recorder }, agent, tempo, cuts, tally, signal });
    } finally {
      await connection.close();
      tally.addFindings(dialogue.id, [...recorder.takeStrays(), ...agent.recorder.takeStrays()]);
      await agents.release(agent);
    }
  }

  const entries = readDialogues(file);
  let lost: Unreachable | undefined;
  async function work(): Promise<void> {
    while (!lost && !signal.aborted) {
      const { value: entry, done } = await entries.next();
      if (done) return;
      if ('problem' in entry) {
        tally.dialogues.skippedLines++;
        onLine(entry.line, entry.problem);
        continue;
      }
      tally.dialogues.started++;
      try {
        await play(entry.dialogue);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Unreachable) lost = error;
        tally.addFailure(entry.dialogue.id, (error as Error).message);
      }
      tally.dialogues.played++;
      onLine(entry.line);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  await agents.close();
}

/** Before anything is played: is there a server, and does it take our tokens? Throws Unreachable. */
async function mustAnswer(to: { url: URL; token: () => Promise<string>; tally: Tally }): Promise<void> {
  const connection = connect({ ...to, tap: { sent() {}, received() {} }, patienceMs: FIRST_PATIENCE_MS });
  try {
    await connection.request('WhoAmI');
  } finally {
    await connection.close().catch(() => {});
  }
}
