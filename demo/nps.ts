const usual = [1, 3, 6, 8, 10];

/** Whether somebody who gave this rating would recommend the shop, 0 to 10; some leave that out. By the time, so that it draws nothing from what is random. */
export function npsFor(rating: number, at: number): number | null {
  const chance = Math.floor(at / 7) % 12;
  if (chance < 3) return null;
  return Math.max(0, Math.min(10, usual[rating - 1]! + (chance % 3) - 1));
}
