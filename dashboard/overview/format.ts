/* Numbers in the viewer's locale, times in the viewer's time zone. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

export interface Figure {
  readonly value: string;
  readonly unit: string;
}

export const decimal = (n: number): string => oneDigit.format(n);
export const count = (n: number): string => whole.format(n);

/** 0.31 ms, 8.4 ms, 230 ms, 1.2 s: as many digits as one would say aloud. */
export function duration(ms: number): Figure {
  if (ms >= 2 * 86_400_000) return { value: oneDigit.format(ms / 86_400_000), unit: 'd' };
  if (ms >= 2 * 3_600_000) return { value: oneDigit.format(ms / 3_600_000), unit: 'h' };
  if (ms >= 120_000) return { value: oneDigit.format(ms / 60_000), unit: 'min' };
  if (ms >= 1_000) return { value: oneDigit.format(ms / 1_000), unit: 's' };
  if (ms >= 100) return { value: whole.format(ms), unit: 'ms' };
  if (ms >= 1) return { value: oneDigit.format(ms), unit: 'ms' };
  return { value: new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(ms), unit: 'ms' };
}

export const durationText = (ms: number): string => {
  const { value, unit } = duration(ms);
  return `${value} ${unit}`;
};

export const durationOrNone = (ms: number | null): string => (ms === null ? 'No data' : durationText(ms));

/**
 * A share in per cent. Cut, not rounded, towards the worse: 99.9996 % must not read as 100 %, nor 0.0004 % as 0 %.
 */
export function percent(ratio: number, digits: number, worse: 'down' | 'up'): Figure {
  const scale = 10 ** digits;
  // The small amount keeps 0.07 × 100 × 1,000 from being cut to 6.999.
  const scaled = ratio * 100 * scale;
  const cut = worse === 'down' ? Math.floor(scaled + 1e-9) : Math.max(0, Math.ceil(scaled - 1e-9));
  return { value: new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(cut / scale), unit: '%' };
}

export const timeOfDay = (iso: string): string => clock.format(new Date(iso));

const calendar = {
  HOUR: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  DAY: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' }),
};

/** When an hour begins, with its minutes; of longer times the day. */
export const timeText = (iso: string, bucket: string): string =>
  (bucket === 'HOUR' ? calendar.HOUR : calendar.DAY).format(new Date(iso));

/** "just now", "8 s ago", "3 min ago". */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 2) return 'just now';
  if (seconds < 90) return `${whole.format(seconds)} s ago`;
  if (seconds < 5_400) return `${whole.format(Math.round(seconds / 60))} min ago`;
  return `${whole.format(Math.round(seconds / 3_600))} h ago`;
}
