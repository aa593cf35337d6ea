import classes from './trends.module.css';

const WIDTH = 240;
const HEIGHT = 48;
const PAD = 4;

/** A line of values, broken where there was no data. Says nothing to screen readers: the table beside it does. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const x = (i: number) => PAD + (i * (WIDTH - 2 * PAD)) / Math.max(1, values.length - 1);
  const y = (value: number) =>
    high === low ? HEIGHT / 2 : HEIGHT - PAD - ((value - low) * (HEIGHT - 2 * PAD)) / (high - low);
  return (
    <svg className={classes.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {piecesOf(values).map(({ first, piece }) => (
        <polyline
          key={first}
          // A lone value is a short stroke, or it would not be seen.
          points={(piece.length === 1 ? [piece[0]!, piece[0]!] : piece)
            .map((value, i) => `${piece.length === 1 ? x(first) + i * 3 - 1.5 : x(first + i)},${y(value)}`)
            .join(' ')}
        />
      ))}
    </svg>
  );
}

function piecesOf(values: readonly (number | null)[]): { first: number; piece: number[] }[] {
  const pieces: { first: number; piece: number[] }[] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    if (i > 0 && values[i - 1] !== null) pieces.at(-1)!.piece.push(value);
    else pieces.push({ first: i, piece: [value] });
  });
  return pieces;
}
