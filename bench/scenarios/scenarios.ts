import { idleFollowers } from './idle-followers.ts';
import { largeGroup } from './large-group.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import { resume } from './resume.ts';
import type { Scenario } from './scenario.ts';

/** With the size that each is stated for. */
export const scenarios: readonly { readonly scenario: Scenario; readonly size: number }[] = [
  { scenario: idleFollowers, size: 10_000 },
  { scenario: reconnectStorm, size: 1_000 },
  { scenario: largeGroup, size: 1_000 },
  { scenario: resume, size: 100_000 },
];
