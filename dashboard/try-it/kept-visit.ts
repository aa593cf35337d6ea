/** Whose two devices the page shows, kept by this browser so that a reload or a closed tab loses nothing. */
export interface KeptVisit {
  /** Tells this visit's stored messages from those of others. */
  readonly key: string;
  /** Of people who exist for this visit only, with tokens for an hour. */
  readonly people: Readonly<Record<Role, { readonly name: string; readonly token: string }>>;
  readonly conversationId: string | null;
  /** The sides whose network is switched off. */
  readonly off: readonly Role[];
}

export type Role = 'customer' | 'agent';

const KEY = 'parley-try-it';

export function loadVisit(): KeptVisit | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as KeptVisit | null;
  } catch {
    return null;
  }
}

/** Where the browser keeps nothing, the visit lasts as long as the page. */
export function keepVisit(visit: KeptVisit): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(visit));
  } catch {}
}

/** Also with the manager's sign-out: whoever signs in next begins their own. */
export function forgetVisit(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {}
}

/** Calls back when another tab has changed the visit; returns the way to stop. */
export function watchVisit(changed: (visit: KeptVisit | null) => void): () => void {
  const heard = ({ key }: StorageEvent) => {
    if (key === KEY || key === null) changed(loadVisit());
  };
  addEventListener('storage', heard);
  return () => removeEventListener('storage', heard);
}
