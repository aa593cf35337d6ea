import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { useMounted } from '@mantine/hooks';
import { type ComponentType, useState } from 'react';
import type { ColorSchemeMenuProps } from './color-scheme-menu.tsx';
import { colorSchemes } from './color-schemes.ts';
import { Icon } from './icon.tsx';

/** The way to another appearance. Its menu is heavy and comes when it is first opened. */
export function ColorSchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  // The prerendered page cannot know the choice; until then it shows the neutral one.
  const mounted = useMounted();
  const chosen = colorSchemes.find(({ value }) => mounted && value === colorScheme) ?? colorSchemes[2];
  const [Menu, setMenu] = useState<ComponentType<ColorSchemeMenuProps>>();
  if (Menu) return <Menu chosen={chosen} onChoose={setColorScheme} />;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={`Appearance: ${chosen.label}`}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => void import('./color-scheme-menu.tsx').then((m) => setMenu(() => m.ColorSchemeMenu))}
    >
      <Icon name={chosen.icon} />
    </ActionIcon>
  );
}
