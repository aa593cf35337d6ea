import { makeDashboard } from './dashboard.ts';
import { lines, number, of, quantile, rate, spread } from './panels.ts';

const TARGET_S = 0.1;
const percentiles = (metric: string) => ({
  p50: quantile(0.5, metric),
  p95: quantile(0.95, metric),
  p99: quantile(0.99, metric),
});

const leg = (title: string, about: string, metric: string) =>
  lines({ title, about, unit: 's', width: 6, queries: percentiles(metric), exemplars: true, target: TARGET_S });

export const delivery = makeDashboard({
  name: 'delivery',
  title: 'Delivery',
  about: 'The path of a message, leg by leg, and what had to be repaired on it.',
  rows: {
    'The path of a message, leg by leg': [
      lines({
        title: 'Sends',
        about:
          'Send attempts by outcome. “refused” is the caller’s fault (closed conversation, no member), “failed” is ours.',
        unit: 'ops',
        queries: { '{{outcome}}': `sum by (outcome) (${rate('parley_sends_total')})` },
        stacked: true,
      }),
      lines({
        title: 'Messages in one statement',
        about: 'How many sends share one commit. It rises with load; at SEND_GROUP_MAX sends begin to queue.',
        unit: 'short',
        queries: {
          mean: `sum(${rate('parley_send_group_size_sum')}) / sum(${rate('parley_send_group_size_count')})`,
          p99: quantile(0.99, 'parley_send_group_size'),
        },
      }),
      leg(
        'Sender → commit',
        'From the sender’s clock at the attempt to the commit: network, queue and database. Needs clients that give sentAt.',
        'parley_sent_to_commit_seconds',
      ),
      leg(
        'Accepted → commit',
        'From the server’s receipt of the mutation to the commit: queue and database.',
        'parley_accepted_to_commit_seconds',
      ),
      leg(
        'Commit → published',
        'From the commit to the publish on the bus. High values with a quiet database: the event loop is busy, or Redis is slow.',
        'parley_commit_to_published_seconds',
      ),
      leg(
        'Commit → delivered',
        'From the commit to the hand-over to a live subscriber’s socket, by whichever process. A second and more: the sweep delivers, not the bus.',
        'parley_commit_to_delivered_seconds',
      ),
      leg(
        'Published → delivered',
        'From the publish on the bus to the hand-over to a subscriber’s socket: Redis, the other process, and its event loop.',
        'parley_published_to_delivered_seconds',
      ),
      leg(
        'Commit → receipt',
        'From the commit to a recipient’s receipt that it was delivered: the way there and back. Absent devices count when they return.',
        'parley_commit_to_receipt_seconds',
      ),
      leg(
        'Sender → receipt',
        'The whole way: from the sender’s clock at the attempt to a recipient’s receipt. Needs clients that give sentAt.',
        'parley_sent_to_receipt_seconds',
      ),
      spread({
        title: 'Commit → delivered, all of it',
        about: 'Two humps are two causes: one near the bottom is the bus, one at a second the sweep.',
        unit: 's',
        metric: 'parley_commit_to_delivered_seconds',
        width: 6,
      }),
    ],
    'Subscribers and repairs': [
      lines({
        title: 'Running subscriptions',
        about: 'By field, over all processes.',
        unit: 'short',
        width: 8,
        queries: { '{{field}}': `sum by (field) (${of('parley_subscriptions')})` },
        stacked: true,
      }),
      lines({
        title: 'Holes filled from PostgreSQL',
        about:
          'Reads by followers. “hole”: the bus lost or reordered an event; “sweep”: nothing came at all; “jump”: too far behind to read for all.',
        unit: 'ops',
        width: 8,
        queries: { '{{reason}}': `sum by (reason) (${rate('parley_follower_fills_total')})` },
      }),
      lines({
        title: 'Subscribers served from PostgreSQL again',
        about:
          'Their buffer was full or they fell behind (D6). Many “slow reader” at once: look at the network or at the clients.',
        unit: 'ops',
        width: 8,
        queries: { '{{reason}}': `sum by (reason) (${rate('parley_resyncs_total')})` },
      }),
      lines({
        title: 'Updates buffered',
        about:
          'Waiting in memory for subscribers to take them, by process. Above FOLLOW_BUFFER_MAX for one of them, PostgreSQL serves it instead.',
        unit: 'short',
        width: 8,
        queries: { '{{instance}}': of('parley_buffered_updates') },
      }),
      lines({
        title: 'Receipts',
        about: 'Acknowledgements that raised a watermark.',
        unit: 'ops',
        width: 8,
        queries: { receipts: `sum(${rate('parley_receipts_total')})` },
      }),
      lines({
        title: 'Conversations followed',
        about: 'By process. Each is one subscription on Redis.',
        unit: 'short',
        width: 8,
        queries: { '{{instance}}': of('parley_followers') },
      }),
    ],
    'Outbox and bus': [
      lines({
        title: 'Events published',
        about:
          '“hand-over” is the live way. “sweep” are rows that somebody left behind: a process died, or the bus was away.',
        unit: 'ops',
        width: 8,
        queries: { '{{via}}': `sum by (via) (${rate('parley_outbox_published_total')})` },
        stacked: true,
      }),
      lines({
        title: 'Events in one batch of the relay',
        about: 'Mean, by way. It follows the sends that share a commit; large sweeps mean that much was left behind.',
        unit: 'short',
        width: 8,
        queries: {
          '{{via}}': `sum by (via) (${rate('parley_relay_batch_size_sum')}) / sum by (via) (${rate('parley_relay_batch_size_count')})`,
        },
      }),
      lines({
        title: 'Publishes that failed',
        about: 'They are retried with back-off. While the breaker is open nothing is tried and nothing fails.',
        unit: 'ops',
        width: 8,
        queries: {
          failed: `sum(${rate('parley_outbox_publish_failures_total')})`,
          'breaker opened': `sum(${rate('parley_bus_breaker_changes_total', 'state="open"')})`,
        },
      }),
      number({
        title: 'Outbox rows',
        about: 'Not known to be published. A few are under way at any time.',
        unit: 'short',
        expr: `max(${of('parley_outbox_depth')})`,
        steps: [['green'], ['orange', 1_000], ['red', 10_000]],
      }),
      number({
        title: 'Oldest outbox row',
        about: 'Over five seconds: rows are not taken over, or the bus is away.',
        unit: 's',
        expr: `max(${of('parley_outbox_oldest_seconds')})`,
        steps: [['green'], ['orange', 5], ['red', 30]],
      }),
      number({
        title: 'Dead letters',
        about:
          'Events given up after the last attempt; subscribers got them by the head sweep. Replay or discard them.',
        unit: 'short',
        expr: `max(${of('parley_dead_letters')})`,
        steps: [['green'], ['red', 1]],
      }),
      number({
        title: 'Holes filled in this range',
        about: 'How often the bus failed and PostgreSQL did not.',
        unit: 'short',
        expr: `sum(increase(${of('parley_follower_fills_total')}[$__range]))`,
        decimals: 0,
      }),
    ],
  },
});
