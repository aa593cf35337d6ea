/* A file of its own, so that a page loads it when the first one is opened (use-hint.tsx). */
export { Tooltip } from '@mantine/core';
