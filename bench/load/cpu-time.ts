import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU seconds, user and system, that processes have used, with what their ended children used. From /proc, so on Linux only;
 * elsewhere there is no column for it.
 */
const TICKS_PER_SECOND = 100;

export function cpuSecondsOf(pid: number, withChildren: boolean): number | undefined {
  const own = statOf(pid);
  if (!own) return undefined;
  if (!withChildren) return (own.user + own.system) / TICKS_PER_SECOND;
  let ticks = own.user + own.system + own.endedChildren;
  for (const name of readdirSync('/proc')) {
    const child = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (child?.parent === pid) ticks += child.user + child.system;
  }
  return ticks / TICKS_PER_SECOND;
}

function statOf(pid: number) {
  try {
    // The program's name, in parentheses, may contain anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    return { parent: fields[1]!, user: fields[11]!, system: fields[12]!, endedChildren: fields[13]! + fields[14]! };
  } catch {
    return undefined;
  }
}
