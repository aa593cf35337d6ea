import { ExportButton } from '../export/export-button.tsx';
import { count } from '../overview/format.ts';
import overview from '../overview/overview.module.css';
import classes from './support.module.css';
import type { SupportDesk } from './support-desk.ts';

const head = ['Agent', 'Now', 'Open', 'Waiting for an answer'];

/** Who has how much to do now. */
export function AgentTable({ loads }: { loads: SupportDesk['agentLoads'] }) {
  if (loads.length === 0) return <p className={classes.none}>Nobody has an open conversation.</p>;
  const rows = loads.map(({ agent, open, unanswered }) => ({
    id: agent.id,
    cells: [agent.name, agent.online ? 'Online' : 'Away', count(open), count(unanswered)],
  }));
  return (
    <>
      <ExportButton
        label="load per agent"
        page="agents"
        range="now"
        head={head}
        rows={rows.map(({ cells }) => cells)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it. */}
      <section className={overview.tableBox} tabIndex={0} aria-label="Load per agent, table">
        <table className={overview.table}>
          <thead>
            <tr>
              {head.map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, cells: [name, ...cells] }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                {cells.map((cell, i) => (
                  <td key={head[i + 1]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
