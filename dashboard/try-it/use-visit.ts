import { useCallback, useEffect, useState } from 'react';
import { type Client, createClient, uuidV7 } from '../../client/index.ts';
import { postJson } from '../session/post-json.ts';
import { forgetVisit, type KeptVisit, keepVisit, loadVisit, type Role, watchVisit } from './kept-visit.ts';

export type { Role } from './kept-visit.ts';

/** One of the two devices on the page: a client of its own, with a token of its own. */
export interface Side {
  readonly role: Role;
  readonly name: string;
  /** What to call them in a sentence. */
  readonly shortName: string;
  readonly client: Client;
  /** Whether its network is switched off. */
  readonly off: boolean;
}

export type Sides = Readonly<Record<Role, Side>>;

export interface Visit {
  /** Tells one visit from the next. */
  readonly key: string;
  readonly sides: Sides;
  /** The conversation that the two are in. */
  readonly conversationId: string | null;
  setConversation(id: string | null): void;
  setOff(role: Role, off: boolean): void;
}

interface Opened {
  readonly kept: KeptVisit;
  readonly clients: Readonly<Record<Role, Client>>;
}

const roles: readonly Role[] = ['customer', 'agent'];

/**
 * A customer and an agent who exist for this visit only, each with a device. The visit is kept by the browser: after a
 * reload the same two are here again, with what they had and what still waits.
 */
export function useVisit(): { visit: Visit | null; problem: string | null; restart(): void } {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round opens a visit.
  useEffect(() => {
    let left = false;
    let clients: Opened['clients'] | null = null;
    let visitKey = '';
    setOpened(null);
    setProblem(null);
    visitPeople().then(
      (kept) => {
        if (left) return;
        clients = connect(kept);
        visitKey = kept.key;
        setOpened({ kept, clients });
      },
      (error: Error) => setProblem(error.message),
    );
    // Another tab of the same visit may have started its conversation, or begun anew.
    const unwatch = watchVisit((kept) => {
      if (!kept || !clients) return;
      const { key, conversationId } = kept;
      if (key !== visitKey) setRound((n) => n + 1);
      else setOpened((now) => now && { ...now, kept: { ...now.kept, conversationId } });
    });
    return () => {
      left = true;
      unwatch();
      for (const role of roles) void clients?.[role].close();
    };
  }, [round]);

  const restart = useCallback(() => {
    forgetVisit();
    for (const role of roles) void opened?.clients[role].clear();
    setRound((n) => n + 1);
  }, [opened]);

  return { visit: opened && toVisit(opened, setOpened), problem, restart };
}

async function visitPeople(): Promise<KeptVisit> {
  const known = loadVisit();
  if (known) return known;
  const people = await postJson<KeptVisit['people']>('/auth/try-it');
  const visit: KeptVisit = { key: uuidV7(), people, conversationId: null, off: [] };
  keepVisit(visit);
  return visit;
}

function connect({ key, people, off }: KeptVisit): Opened['clients'] {
  const open = (role: Role) => {
    const client = createClient({ url: '/graphql', token: people[role].token, cacheKey: `try-it ${key} ${role}` });
    client.setOffline(off.includes(role));
    return client;
  };
  return { customer: open('customer'), agent: open('agent') };
}

function toVisit({ kept, clients }: Opened, setOpened: (opened: Opened) => void): Visit {
  const change = (changes: Partial<KeptVisit>) => {
    const changed = { ...kept, ...changes };
    keepVisit(changed);
    setOpened({ kept: changed, clients });
  };
  const side = (role: Role): Side => {
    const { name } = kept.people[role];
    return { role, name, shortName: name.split(' ')[0] ?? name, client: clients[role], off: kept.off.includes(role) };
  };
  return {
    key: kept.key,
    sides: { customer: side('customer'), agent: side('agent') },
    conversationId: kept.conversationId,
    setConversation: (conversationId) => change({ conversationId }),
    setOff(role, off) {
      clients[role].setOffline(off);
      change({ off: off ? [...kept.off, role] : kept.off.filter((other) => other !== role) });
    },
  };
}
