import type { ChildProcess } from 'node:child_process';
import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';

export type Profile = Profiler.Profile;
type Frame = Profiler.ProfileNode['callFrame'];
/** What a process with record-profile.ts is told, and what it answers. */
export type RecorderOrder = 'start profile' | 'stop profile';
export type Recorded = { readonly profile: Profile };

/** A function or a package, and its share of the time in which the process was not idle: 0–1. */
export type Hot = { readonly name: string; readonly place: string; readonly share: number };

const root = fileURLToPath(new URL('../../', import.meta.url));

export const startProfile = (child: ChildProcess) => void child.send('start profile' satisfies RecorderOrder);

export function stopProfile(child: ChildProcess): Promise<Profile> {
  child.send('stop profile' satisfies RecorderOrder);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the profiled process ended with ${code}`)));
    child.on('message', (message: Recorded) => {
      if (message.profile) resolve(message.profile);
    });
  });
}

/** By the time in the function itself, what it calls left out. */
export const hottestFunctions = (profile: Profile): Hot[] =>
  ranked(profile, ({ functionName, url, lineNumber }) => ({
    name: functionName || '(anonymous)',
    place: url ? `${placeOf(url)}:${lineNumber + 1}` : '',
  }));

/** The same time, by who has written the functions. */
export const hottestPackages = (profile: Profile): Hot[] =>
  ranked(profile, ({ functionName, url }) => ({ name: url ? ownerOf(url) : nativeOf(functionName), place: '' }));

function ranked(profile: Profile, describe: (frame: Frame) => Omit<Hot, 'share'>): Hot[] {
  const micros = new Map<number, number>();
  for (const [i, node] of (profile.samples ?? []).entries())
    micros.set(node, (micros.get(node) ?? 0) + (profile.timeDeltas?.[i] ?? 0));
  const found = new Map<string, Omit<Hot, 'share'> & { micros: number }>();
  let busy = 0;
  for (const { id, callFrame } of profile.nodes) {
    const own = micros.get(id) ?? 0;
    if (own === 0 || callFrame.functionName === '(idle)' || callFrame.url === 'node:inspector') continue;
    busy += own;
    const described = describe(callFrame);
    const key = `${described.name} ${described.place}`;
    found.set(key, { ...described, micros: (found.get(key)?.micros ?? 0) + own });
  }
  return [...found.values()]
    .map(({ micros: own, ...hot }) => ({ ...hot, share: own / busy }))
    .sort((a, b) => b.share - a.share);
}

const pathOf = (url: string) => (url.startsWith('file:') ? fileURLToPath(url) : url).replace(root, '');
const placeOf = (url: string) => pathOf(url).replace(/^.*node_modules\//, '');

/** The likes of writev have no source; the collector of garbage is told apart. */
const nativeOf = (name: string) => (name.startsWith('(garbage') ? name : 'native code');

function ownerOf(url: string): string {
  const path = pathOf(url);
  if (path.startsWith('node:')) return 'Node';
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'Parley';
}
