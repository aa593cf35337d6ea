/**
 * For an LRUCache of so many entries at most, as `new LRUCache(upTo(n))`. With its own `max` it sets memory aside for all of
 * them at once, 40 to 56 bytes each, which was 20 MB of a process at rest; counted by size it grows with what is in it.
 */
export const upTo = (entries: number) => ({ maxSize: entries, sizeCalculation: () => 1 });
