import type { CSSProperties } from 'react';
import { ExportButton } from '../export/export-button.tsx';
import { count, decimal } from '../overview/format.ts';
import classes from './support.module.css';
import type { Traffic } from './support-desk.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** 5 January 2026 was a Monday. */
const weekdays = Array.from({ length: 7 }, (_, i) =>
  new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 5 + i)),
);

/** Messages by weekday and hour: a table whose cells are the darker the more there is. */
export function HeatMap({ traffic, range }: { traffic: Traffic['trafficByHour']; range: string }) {
  const most = Math.max(0, ...traffic.map(({ messagesPerHour }) => messagesPerHour ?? 0));
  const rows = weekdays.map((name, day) => [
    name,
    ...traffic.slice(day * 24, day * 24 + 24).map(({ messagesPerHour }) => textOf(messagesPerHour)),
  ]);
  return (
    <>
      <ExportButton
        label="messages by weekday and hour"
        page="traffic"
        range={range}
        head={['', ...HOURS.map(String)]}
        rows={rows}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow screen it scrolls, so the keyboard must reach it. */}
      <section className={classes.heatBox} tabIndex={0} aria-label="Messages by weekday and hour, table">
        <table className={classes.heat}>
          <thead>
            <tr>
              <td />
              {HOURS.map((hour) => (
                <th key={hour} scope="col">
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weekdays.map((name, day) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {traffic.slice(day * 24, day * 24 + 24).map(({ hour, messagesPerHour: n }) => (
                  <td
                    key={hour}
                    data-none={n === null || undefined}
                    style={{ '--heat': most > 0 ? (n ?? 0) / most : 0 } as CSSProperties}
                  >
                    {textOf(n)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

const textOf = (n: number | null) => (n === null ? '–' : n > 0 && n < 9.95 ? decimal(n) : count(n));
