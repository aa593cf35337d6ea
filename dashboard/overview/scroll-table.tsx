import type { ReactNode } from 'react';
import classes from './overview.module.css';

interface ScrollTableProps {
  /** Of what, to whoever hears it. */
  label: string;
  head: readonly string[];
  boxClass?: string;
  tableClass?: string;
  /** Its rows. */
  children: ReactNode;
}

/** A table that scrolls sideways where it does not fit. */
export function ScrollTable({ label, head, boxClass = classes.tableBox, tableClass, children }: ScrollTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
    <section className={boxClass} tabIndex={0} aria-label={`${label}, table`}>
      <table className={tableClass ? `${classes.table} ${tableClass}` : classes.table}>
        <thead>
          <tr>
            {head.map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

interface FigureTableProps extends Omit<ScrollTableProps, 'children'> {
  /** The first cell of each names it. */
  rows: readonly (readonly string[])[];
  /** What tells the rows apart where their names do not. */
  keys?: readonly string[];
}

/** The same, of figures as they are exported. */
export function FigureTable({ rows, keys, ...table }: FigureTableProps) {
  return (
    <ScrollTable {...table}>
      {rows.map(([first, ...rest], i) => (
        <tr key={keys?.[i] ?? first}>
          <th scope="row">{first}</th>
          {rest.map((cell, column) => (
            <td key={table.head[column + 1]}>{cell}</td>
          ))}
        </tr>
      ))}
    </ScrollTable>
  );
}
