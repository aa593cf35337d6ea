import { Alert, Button, Text } from '@mantine/core';
import type { ParleyError } from '../../client/index.ts';
import { Icon } from '../shell/icon.tsx';

interface FailedProps {
  title: string;
  error: ParleyError;
  onRetry(): void;
}

/** What could not be done, why, and the way to try it again. */
export function Failed({ title, error, onRetry }: FailedProps) {
  const away = error.code === 'UNAVAILABLE' || error.code === 'NETWORK';
  return (
    <Alert role="alert" icon={<Icon name={away ? 'offline' : 'alert'} />} title={title} mb="lg">
      <Text size="sm" mb="sm">
        {error.code === 'FORBIDDEN' ? 'Only managers may do this. Sign in with a manager’s link.' : error.message}
      </Text>
      <Button size="xs" variant="default" onClick={onRetry}>
        Try again
      </Button>
    </Alert>
  );
}
