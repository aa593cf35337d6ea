import classes from './demo-notice.module.css';

/** Stands in the exported pages where the server puts whether it shows a demo (server/serve-dashboard.ts). */
export const DEMO_PLACE = 'IS-DEMO';

/**
 * Part of every page, and shown where the server says that this is a demo: by the style sheet alone, so that no page moves
 * when its scripts have come.
 */
export const DemoNotice = () => (
  <p className={classes.notice} role="note">
    <strong>Demo.</strong> People, conversations and figures are made up.
  </p>
);
