import { count } from '../overview/format.ts';
import overview from '../overview/overview.module.css';
import classes from './support.module.css';
import type { SupportDesk } from './support-desk.ts';

/** Who has how much to do now. */
export function AgentTable({ loads }: { loads: SupportDesk['agentLoads'] }) {
  if (loads.length === 0) return <p className={classes.none}>Nobody has an open conversation.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
    <section className={overview.tableBox} tabIndex={0} aria-label="Load per agent, table">
      <table className={overview.table}>
        <thead>
          <tr>
            {['Agent', 'Now', 'Open', 'Waiting for an answer'].map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {loads.map(({ agent, open, unanswered }) => (
            <tr key={agent.id}>
              <th scope="row">{agent.name}</th>
              <td>{agent.online ? 'Online' : 'Away'}</td>
              <td>{count(open)}</td>
              <td>{count(unanswered)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
