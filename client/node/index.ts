/* What only Node can do. Browsers import `client/index.ts` and bundle nothing of this. */
export { openFileStorage } from './open-file-storage.ts';
