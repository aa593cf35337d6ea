/** What a process measures about itself, by the names that stand in kpi_minute. */
export type LatencyMetric =
  /** From the sender's clock at the attempt to the commit. */
  | 'sent_to_commit'
  /** From the server's receipt of the mutation to the commit. */
  | 'accepted_to_commit'
  /** From the commit to the hand-over to a subscriber's socket. */
  | 'commit_to_delivered'
  /** From the start of a conversation until an agent had it, until an agent answered, until it was closed. */
  | 'waited'
  | 'responded'
  | 'resolved';

/** What is highest counts: by the minute what all processes had together, over longer times the highest minute. */
export type PeakMetric = 'peak_sockets' | 'peak_conversations';

export type CounterMetric =
  | 'sends_stored'
  | 'sends_duplicate'
  | 'sends_refused'
  | 'sends_failed'
  | 'resyncs'
  | 'operations'
  | 'operations_failed'
  | 'conversations_started'
  | 'conversations_closed'
  | 'conversations_reopened'
  | 'conversations_abandoned'
  | 'closed_messages'
  | 'audit_passed'
  | 'audit_failed'
  | 'canary_ok'
  | 'canary_failed';
