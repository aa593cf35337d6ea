import { whole } from './config-kinds.ts';

/** How long what is kept is kept, in days; and why so long. */
export const retentionFields = {
  AUDIT_RETENTION_DAYS: whole(30, 36_500, 'must be a whole number of days, 30 or more')
    .default(365)
    .describe(
      'How long entries of the audit log are kept, in days. The database refuses to lose those of the last 30.',
    ),
  SESSION_RETENTION_DAYS: whole(30, 36_500, 'must be a whole number of days, 30 or more')
    .default(90)
    .describe('How long sessions are kept after their last use, in days. An ended one stays refused for 30 at least.'),
  JOURNEY_RETENTION_DAYS: whole(0, 36_500, 'must be a whole number of days; 0 keeps none')
    .default(7)
    .describe(
      'How long it is kept when each message was published, delivered and read, in days: a row for each conversation and second in which something happened. 0: not at all.',
    ),
  KPI_MINUTE_RETENTION_DAYS: whole(2, 36_500, 'must be a whole number of days, 2 or more')
    .default(30)
    .describe(
      'How long measurements by the minute are kept, in days: a process writes some ten rows a minute. They live on added up.',
    ),
  KPI_RETENTION_DAYS: whole(2, 36_500, 'must be a whole number of days, 2 or more')
    .default(1_500)
    .describe(
      'How long they are kept added up to a quarter of an hour and more, in days: two years and the two that they are compared with.',
    ),
};
