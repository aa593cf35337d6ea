import classes from './demo-notice.module.css';

/** Stands in the exported pages where the server puts whether it shows a demo (server/serve-dashboard.ts). */
export const DEMO_PLACE = 'IS-DEMO';

/**
 * Part of every page, and shown where the server says that this is a demo: by the style sheet alone, so that no page moves
 * when its scripts have come.
 */
export const DemoNotice = () => (
  <aside className={classes.notice} aria-label="Demo">
    <strong>Demo.</strong> People, conversations and figures are made up.
  </aside>
);
