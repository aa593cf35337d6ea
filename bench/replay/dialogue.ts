export type Side = 'customer' | 'agent';

export type Turn = { readonly from: Side; readonly text: string };

/** One conversation to play: what its line in the file said, checked. */
export type Dialogue = {
  readonly id: string;
  readonly topic: string | undefined;
  readonly turns: readonly Turn[];
};

export const otherSide = (side: Side): Side => (side === 'customer' ? 'agent' : 'customer');
