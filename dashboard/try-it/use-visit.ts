import { useCallback, useEffect, useState } from 'react';
import { type Client, createClient } from '../../client/index.ts';
import { postJson } from '../session/post-json.ts';

export type Role = 'customer' | 'agent';

/** One of the two devices on the page: a client of its own, with a token of its own. */
export interface Side {
  readonly role: Role;
  readonly name: string;
  /** What to call them in a sentence. */
  readonly shortName: string;
  readonly client: Client;
}

export type Sides = Readonly<Record<Role, Side>>;

export interface Visit {
  /** Null until the server has given the tokens. */
  readonly sides: Sides | null;
  readonly problem: string | null;
  /** New people, new devices. */
  restart(): void;
}

type Person = { name: string; token: string };

/** Asks for a customer and an agent that exist for this visit only, and connects both. */
export function useVisit(): Visit {
  const [visit, setVisit] = useState(0);
  const [sides, setSides] = useState<Sides | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each visit asks anew.
  useEffect(() => {
    let left = false;
    let open: Sides | null = null;
    setSides(null);
    setProblem(null);
    postJson<Record<Role, Person>>('/auth/try-it').then(
      (people) => {
        if (left) return;
        open = { customer: connect('customer', people.customer), agent: connect('agent', people.agent) };
        setSides(open);
      },
      (error: Error) => setProblem(error.message),
    );
    return () => {
      left = true;
      open?.customer.client.close();
      open?.agent.client.close();
    };
  }, [visit]);

  return { sides, problem, restart: useCallback(() => setVisit((n) => n + 1), []) };
}

function connect(role: Role, { name, token }: Person): Side {
  return { role, name, shortName: name.split(' ')[0] ?? name, client: createClient({ url: '/graphql', token }) };
}
