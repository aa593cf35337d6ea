import { ExportButton } from '../export/export-button.tsx';
import { count } from '../overview/format.ts';
import { FigureTable } from '../overview/scroll-table.tsx';
import classes from './support.module.css';
import type { SupportDesk } from './support-desk.ts';

const head = ['Agent', 'Now', 'Open', 'Waiting for an answer'];

/** Who has how much to do now. */
export function AgentTable({ loads }: { loads: SupportDesk['agentLoads'] }) {
  if (loads.length === 0) return <p className={classes.none}>Nobody has an open conversation.</p>;
  const rows = loads.map(({ agent, open, unanswered }) => [
    agent.name,
    agent.online ? 'Online' : 'Away',
    count(open),
    count(unanswered),
  ]);
  return (
    <>
      <ExportButton label="load per agent" page="agents" range="now" head={head} rows={rows} />
      <FigureTable label="Load per agent" head={head} rows={rows} keys={loads.map(({ agent }) => agent.id)} />
    </>
  );
}
