/** Whole numbers, both ends included. */
export const range = (from: number, through: number): number[] =>
  Array.from({ length: through - from + 1 }, (_, i) => from + i);
