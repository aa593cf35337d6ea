import type { DashboardRole } from '../session/post-json.ts';

interface Page {
  readonly href: string;
  readonly label: string;
  /** Agents have it, too. */
  readonly forAgents: boolean;
}

/** As the navigation has them. What agents may ask the API for is in docs/access.md; their pages ask for nothing else. */
const pages: readonly Page[] = [
  { href: '/', label: 'Overview', forAgents: false },
  { href: '/delivery', label: 'Delivery', forAgents: false },
  { href: '/support', label: 'Support', forAgents: false },
  { href: '/satisfaction', label: 'Satisfaction', forAgents: false },
  { href: '/conversations', label: 'Conversations', forAgents: true },
  { href: '/try-it', label: 'Try it', forAgents: true },
  { href: '/journey', label: 'Journey', forAgents: true },
  { href: '/dead-letters', label: 'Dead letters', forAgents: false },
  { href: '/sessions', label: 'Sessions', forAgents: true },
  { href: '/settings', label: 'Settings', forAgents: false },
];

export const pagesOf = (role: DashboardRole): readonly Page[] =>
  role === 'MANAGER' ? pages : pages.filter(({ forAgents }) => forAgents);

/** Where somebody who has just signed in looks first. */
export const startPage = { MANAGER: '/', AGENT: '/conversations' } as const satisfies Record<DashboardRole, string>;
