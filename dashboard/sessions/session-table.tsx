import { Button, UnstyledButton } from '@mantine/core';
import { roleText } from '../conversations/conversation-list.ts';
import conversations from '../conversations/conversations.module.css';
import { ScrollTable } from '../overview/scroll-table.tsx';
import { type Login, stateOf } from './session-list.ts';
import classes from './sessions.module.css';

export const head = [
  'Who',
  'Role',
  'Device',
  'Platform',
  'Language',
  'Time zone',
  'Location',
  'First seen',
  'Last seen',
  'State',
];

/** The role stands with the name. */
const shown = head.filter((cell) => cell !== 'Role');

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The same cells as on the page, with times that need no time zone, and the id. */
export const csvHead = [...head, 'Id'];
export const toCsvRow = (login: Login): string[] => [
  login.participant.name,
  roleText[login.participant.role],
  login.device ?? '',
  login.platform ?? '',
  login.locale ?? '',
  login.timeZone ?? '',
  login.location ?? '',
  login.startedAt,
  login.lastSeenAt,
  stateOf(login, Date.now()),
  login.id,
];

interface SessionTableProps {
  logins: readonly Login[];
  /** Without it only one's own are shown. */
  onWho?: ((participantId: string) => void) | undefined;
  onEnd(login: Login): void;
}

export function SessionTable({ logins, onWho, onEnd }: SessionTableProps) {
  return (
    <ScrollTable
      label="Sessions"
      head={[...shown, 'What to do']}
      boxClass={conversations.tableBox}
      tableClass={`${conversations.table} ${classes.sessions}`}
    >
      {logins.map((login) => (
        <SessionRow key={login.id} login={login} onWho={onWho} onEnd={onEnd} />
      ))}
    </ScrollTable>
  );
}

function SessionRow({ login, onWho, onEnd }: { login: Login } & Pick<SessionTableProps, 'onWho' | 'onEnd'>) {
  const { participant, device, platform, locale, timeZone, location, startedAt, lastSeenAt, current } = login;
  const state = stateOf(login, Date.now());
  return (
    <tr>
      <th scope="row" className={conversations.name}>
        {onWho ? (
          <UnstyledButton className={classes.who} onClick={() => onWho(participant.id)}>
            <bdi>{participant.name}</bdi>
          </UnstyledButton>
        ) : (
          <bdi>{participant.name}</bdi>
        )}
        <span className={classes.role}>
          {roleText[participant.role]}
          {current && ' · this one'}
        </span>
      </th>
      <td className={classes.device}>{device ?? '–'}</td>
      <td>{platform ?? '–'}</td>
      <td>{locale ?? '–'}</td>
      <td>{timeZone?.replaceAll('_', ' ') ?? '–'}</td>
      <td>{location ?? '–'}</td>
      <td>
        <time dateTime={startedAt}>{moment.format(new Date(startedAt))}</time>
      </td>
      <td>
        <time dateTime={lastSeenAt}>{moment.format(new Date(lastSeenAt))}</time>
      </td>
      <td>{state}</td>
      <td>
        {state === 'Usable' ? (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`End this session of ${participant.name}`}
            onClick={() => onEnd(login)}
          >
            End …
          </Button>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}
