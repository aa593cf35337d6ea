import { Avatar, Button, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ConnectionState } from '../../client/index.ts';
import { useObservable } from '../session/use-observable.ts';
import { Icon } from '../shell/icon.tsx';
import classes from './try-it.module.css';
import type { Side } from './use-visit.ts';

interface SidePaneProps {
  side: Side;
  active: boolean;
  onActivate(): void;
  onSwitch(off: boolean): void;
  /** Agents, in an open conversation. */
  onClose?: () => void;
  children: ReactNode;
}

const roles = { customer: 'Customer', agent: 'Agent' };

const connections: Record<ConnectionState['status'], string> = {
  idle: 'Ready',
  connecting: 'Connecting',
  online: 'Online',
  waiting: 'Reconnecting',
  offline: 'Offline',
  refused: 'Visit over',
  closed: 'Closed',
};

/** One device: whose it is, its network, and what it shows. */
export function SidePane({ side, active, onActivate, onSwitch, onClose, children }: SidePaneProps) {
  const { status } = useObservable(side.client.connection);
  const { off } = side;
  const keeps = useObservable(side.client.persistence).status === 'kept';
  return (
    <section
      className={classes.pane}
      data-active={active || undefined}
      data-offline={off || undefined}
      data-side={side.role}
      aria-label={`${side.name}’s side`}
      onPointerEnter={onActivate}
      onPointerDown={onActivate}
      onFocus={onActivate}
    >
      <header className={classes.paneHead}>
        <Avatar
          name={side.name}
          color={side.role === 'customer' ? 'indigo' : 'parley'}
          radius="xl"
          size={38}
          aria-hidden="true"
        />
        <div className={classes.who}>
          <h2 className={classes.name}>{side.name}</h2>
          <p className={classes.standing}>
            <span className={classes.role}>{roles[side.role]} · </span>
            <span data-status={status}>{connections[status]}</span>
          </p>
        </div>
        {onClose && (
          <Button size="xs" variant="default" aria-label="Close the conversation" onClick={onClose}>
            Close
          </Button>
        )}
        <Switch
          className={classes.switch}
          label="Network"
          labelPosition="left"
          withThumbIndicator={false}
          checked={!off}
          aria-label={`${side.shortName}’s network`}
          onChange={({ currentTarget }) => onSwitch(!currentTarget.checked)}
        />
      </header>
      {off && (
        <p className={classes.offline} role="status">
          <Icon name="offline" size={16} />
          The network is off. Keep writing: messages wait here{keeps ? ', also through a reload' : ''}.
        </p>
      )}
      {children}
    </section>
  );
}
