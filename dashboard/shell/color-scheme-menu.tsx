import { ActionIcon, type MantineColorScheme, Menu } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type ColorSchemeChoice, colorSchemes } from './color-schemes.ts';
import { Icon } from './icon.tsx';

export interface ColorSchemeMenuProps {
  chosen: ColorSchemeChoice;
  onChoose(value: MantineColorScheme): void;
}

/** Takes the place of the button that was pressed for it, so it opens by itself. */
export function ColorSchemeMenu({ chosen, onChoose }: ColorSchemeMenuProps) {
  const [opened, setOpened] = useState(false);
  // After its button has the focus: that is where the menu gives it back to.
  useEffect(() => setOpened(true), []);
  return (
    <Menu position="bottom-end" width={150} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Appearance: ${chosen.label}`} autoFocus>
          <Icon name={chosen.icon} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={chosen.value} onChange={(value) => onChoose(value as MantineColorScheme)}>
          {colorSchemes.map(({ value, label, icon }) => (
            <Menu.RadioItem
              key={value}
              value={value}
              closeMenuOnClick
              checkIcon={<Icon name="check" size={14} />}
              rightSection={<Icon name={icon} size={16} />}
            >
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
