import type { ChildProcess } from 'node:child_process';

export type Usage = {
  /** JavaScript's heap and what hangs on it outside, without garbage. The kernel's buffers of sockets are not in it. */
  readonly inUseBytes: number;
  /** User and system, since the process began. */
  readonly cpuSeconds: number;
};
/** What a process with report-usage.ts is asked, and what it answers. */
export type UsageOrder = 'usage';
export type Told = { readonly usage: Usage };

/** To be imported into a server whose usage is asked for. */
export const REPORTS_USAGE = './bench/load/report-usage.ts';

export function usageOf(child: ChildProcess): Promise<Usage> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the server ended with ${code}`));
    const answered = (message: Partial<Told>) => {
      if (!message.usage) return;
      child.off('exit', ended).off('message', answered);
      resolve(message.usage);
    };
    child.on('message', answered).once('exit', ended);
    child.send('usage' satisfies UsageOrder);
  });
}
