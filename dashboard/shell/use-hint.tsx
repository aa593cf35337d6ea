import type { TooltipProps } from '@mantine/core';
import dynamic from 'next/dynamic';
import { type FocusEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

/** What places tooltips is a fifth of a page's scripts: it comes with the first that is opened. */
const Tooltip = dynamic(() => import('./tooltip.ts').then((m) => m.Tooltip), { ssr: false });

interface HintOptions extends Pick<TooltipProps, 'label' | 'multiline' | 'position' | 'w' | 'withArrow'> {
  /** Opened by a tap as well: for controls that do nothing else. */
  byTap?: boolean;
}

/**
 * What a control says on hover and focus, and how: `control` goes onto it, `hint` beside it. Until the first is opened it
 * costs the page nothing, and there are dozens.
 */
export function useHint<T extends HTMLElement>({ byTap = false, label, ...tooltip }: HintOptions) {
  const ref = useRef<T>(null);
  const id = useId();
  const [opened, setOpened] = useState(false);
  // Mounted before it opens and after it closes, for it fades.
  const [wanted, setWanted] = useState(false);

  useEffect(() => {
    if (!opened) return;
    setWanted(true);
    const close = () => setOpened(false);
    const onKey = ({ key }: KeyboardEvent) => key === 'Escape' && close();
    const onPointer = ({ target }: Event) => ref.current?.contains(target as Node) || close();
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onPointer);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onPointer);
    };
  }, [opened]);

  const control = {
    ref,
    'aria-describedby': opened ? id : undefined,
    onPointerEnter: ({ pointerType }: PointerEvent) => pointerType === 'mouse' && setOpened(true),
    onPointerLeave: ({ pointerType }: PointerEvent) => pointerType === 'mouse' && setOpened(false),
    onFocus: ({ currentTarget }: FocusEvent) => currentTarget.matches(':focus-visible') && setOpened(true),
    onBlur: () => setOpened(false),
    ...(byTap && { onClick: () => setOpened(true) }),
  };
  const hint: ReactNode = wanted && (
    <Tooltip
      {...tooltip}
      // An id of the tooltip itself would be replaced.
      label={<span id={id}>{label}</span>}
      target={ref}
      opened={opened}
      // Stays within the page's landmarks: outside of them a screen reader finds it nowhere.
      withinPortal={false}
    />
  );
  return { control, hint };
}
