import { ms, onOff, url, whole } from './config-kinds.ts';

/** How Parley looks at itself: a part of config.ts. */
export const observationFields = {
  CONTINUOUS_AUDIT: onOff
    .default(true)
    .describe(
      '`off`: this process does not look through the conversations again and again, as `npm run audit` does at once.',
    ),
  AUDIT_SLICE_INTERVAL_MS: ms(10_000).describe(
    'How often one process looks at the next 200 conversations or 5,000 events, in ms: 10 million messages take six hours, at half a per cent of a core.',
  ),
  CANARY: onOff
    .default(true)
    .describe(
      '`off`: no canary sends, receives and acknowledges a message of its own again and again, and no uptime is told. The same for all processes.',
    ),
  CANARY_INTERVAL_MS: whole(10_000, 30_000, 'must be a whole number of milliseconds, from 10000 to 30000')
    .default(15_000)
    .describe('How often it does, in ms. A minute without a success counts as down, so at least twice in each.'),
  CANARY_URL: url('https', 'http')
    .optional()
    .describe(
      'Where it reaches the API. Default: the process itself. The address that clients use makes what stands before it count as well.',
    ),
} as const;
