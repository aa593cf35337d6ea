/** Of the normal distribution, for 95 % confidence. */
const Z = 1.959964;

/**
 * The interval in which the true share lies with 95 % confidence, when `successes` of `trials` were seen. Wilson's score
 * interval (1927), which unlike the usual one stays within 0 and 1 and holds for few trials as well.
 */
export function wilsonInterval(successes: number, trials: number): { low: number; high: number } {
  const share = successes / trials;
  const shrink = 1 + Z ** 2 / trials;
  const centre = (share + Z ** 2 / (2 * trials)) / shrink;
  const half = (Z / shrink) * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  // What was seen lies within, also where floating point says otherwise by a hair: at none and at all.
  return { low: Math.max(0, Math.min(share, centre - half)), high: Math.min(1, Math.max(share, centre + half)) };
}
