const seconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Longest life of a token: past it, whoever left can still come in. */
const MAX_SECONDS = 3650 * 86_400;

/** `90s`, `15m`, `1h`, `30d` in seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const value = Number(digits) * seconds[unit]!;
  return value >= 1 && value <= MAX_SECONDS ? value : undefined;
}
