/** Marks things that are to be looked at again a while after their last mark. */
export type Lingering = {
  /** Begins the wait, or begins it anew. */
  mark(id: string): void;
  unmark(id: string): void;
  has(id: string): boolean;
  /** Those whose wait is over; they are not marked any more. */
  takeDue(): string[];
  stop(): void;
};

export function createLingering({ lingerMs, onDue }: { lingerMs: number; onDue: () => void }): Lingering {
  /** In the order of their marks. */
  const marked = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    const first = marked.values().next().value;
    if (timer || first === undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        onDue();
        wait();
      },
      Math.max(1, first + lingerMs - performance.now()),
    );
  }

  return {
    mark(id) {
      marked.delete(id);
      marked.set(id, performance.now());
      wait();
    },
    unmark: (id) => void marked.delete(id),
    has: (id) => marked.has(id),
    takeDue() {
      const due: string[] = [];
      for (const [id, since] of marked) {
        if (since + lingerMs > performance.now()) break;
        marked.delete(id);
        due.push(id);
      }
      return due;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      marked.clear();
    },
  };
}
