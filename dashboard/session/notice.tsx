import { Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Brand } from '../shell/brand.tsx';

/** A page that has one thing to say. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper
      maw={520}
      mx="auto"
      mt={{ base: 24, sm: 64 }}
      p={{ base: 24, sm: 36 }}
      radius="lg"
      bg="var(--parley-card)"
      withBorder
    >
      <Stack gap="md" align="flex-start">
        <Brand size={40} />
        <Title order={1} size={24} lts="-0.015em">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}
