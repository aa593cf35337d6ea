/* The few icons of these pages, drawn on a grid of 24. They say nothing by themselves: the text beside them does. */

const circle = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z';

const paths = {
  alert: 'M12 9v4m0 3.5v.01M10.3 4 2.6 17.3A2 2 0 0 0 4.3 20h15.4a2 2 0 0 0 1.7-2.7L13.7 4a2 2 0 0 0-3.4 0Z',
  check: 'm5 12.5 4.5 4.5L19 7',
  checks: 'm2 12.5 4.5 4.5L15 8m-4 8 1 1L21 8',
  checkCircle: `${circle}m-4 9.5 2.8 2.8L16 9.5`,
  clock: `${circle}m0 4v5l3 2`,
  close: 'M6 6l12 12M18 6 6 18',
  dashCircle: `${circle}m-3.5 9h7`,
  down: 'M12 5v14m-6-6 6 6 6-6',
  download: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  info: `${circle}m0 8v5m0-8.5v.01`,
  moon: 'M20.5 14A8.5 8.5 0 0 1 10 3.5a8.5 8.5 0 1 0 10.5 10.5Z',
  offline: 'M4 4l16 16M5 12.5a10 10 0 0 1 4-2.5m5 .2a10 10 0 0 1 5 2.3M8.5 16a5 5 0 0 1 7 0M12 19.5v.01',
  pause: 'M8 5v14M16 5v14',
  pencil: 'M4 20h4L19 9l-4-4L4 16Zm9-13 4 4',
  play: 'M8 5v14l11-7Z',
  screen: 'M4 5h16v11H4zM9 20h6m-3-4v4',
  send: 'M4 12 20 4l-5 16-3.5-6.5ZM11.5 13.5 20 4',
  signOut: 'M14 8V5a1 1 0 0 0-1-1H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1v-3M10 12h11m-3-3 3 3-3 3',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
};

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
