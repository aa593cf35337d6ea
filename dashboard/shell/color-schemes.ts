import type { MantineColorScheme } from '@mantine/core';
import type { IconName } from './icon.tsx';

export interface ColorSchemeChoice {
  readonly value: MantineColorScheme;
  readonly label: string;
  readonly icon: IconName;
}

export const colorSchemes = [
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
  { value: 'auto', label: 'System', icon: 'screen' },
] as const satisfies ColorSchemeChoice[];
