import { UnstyledButton } from '@mantine/core';
import { ExportButton } from '../export/export-button.tsx';
import { count } from '../overview/format.ts';
import overview from '../overview/overview.module.css';
import { dissatisfied, shareText } from './explain-change.ts';
import classes from './satisfaction.module.css';
import type { Group } from './satisfaction.ts';

interface GroupTableProps {
  title: string;
  /** "Agent", "Queue", "Topic". */
  of: string;
  rows: readonly (Group & { readonly id: string | null; readonly name: string })[];
  chosen: string | null;
  range: string;
  onChoose(id: string): void;
}

const columns = ['Dissatisfied', 'Satisfied', 'Before', 'Answers'];

const cellsOf = ({ score, previous }: Group): string[] => [
  count(dissatisfied(score)),
  shareText(score.ratio),
  previous.answers === 0 ? '–' : shareText(previous.ratio),
  count(score.answers),
];

/** By agent, by queue or by topic: the most dissatisfied answers first. A name narrows the page to it. */
export function GroupTable({ title, of, rows, chosen, range, onChoose }: GroupTableProps) {
  return (
    <section className={overview.chartCard} aria-label={title}>
      <div className={classes.tableHead}>
        <h3 className={overview.chartTitle}>{title}</h3>
        {rows.length > 0 && (
          <ExportButton
            label={title}
            page={`satisfaction-${title}`}
            range={range}
            head={[of, ...columns]}
            rows={rows.map((row) => [row.name, ...cellsOf(row)])}
          />
        )}
      </div>
      {rows.length === 0 ? (
        <p className={classes.none}>Nobody has answered in this time.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        <section className={classes.groupBox} tabIndex={0} aria-label={`${title}, table`}>
          <table className={overview.table}>
            <thead>
              <tr>
                {[of, ...columns].map((cell) => (
                  <th key={cell} scope="col">
                    {cell}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, name, score, previous }) => (
                <tr key={id ?? ''} data-chosen={id !== null && id === chosen ? true : undefined}>
                  <th scope="row">
                    {id === null ? (
                      name
                    ) : (
                      <UnstyledButton
                        className={classes.choose}
                        aria-pressed={id === chosen}
                        title={id === chosen ? 'Show all again' : `Show only ${name}`}
                        onClick={() => onChoose(id)}
                      >
                        {name}
                      </UnstyledButton>
                    )}
                  </th>
                  {cellsOf({ score, previous }).map((cell, i) => (
                    <td key={columns[i]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
