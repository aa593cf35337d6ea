import { Anchor, Text } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import type { Client } from '../../client/index.ts';
import { ExportButton } from '../export/export-button.tsx';
import { ChartCardSkeleton } from '../overview/chart-card.tsx';
import { durationOrNone, durationText } from '../overview/format.ts';
import overview from '../overview/overview.module.css';
import { ScrollTable } from '../overview/scroll-table.tsx';
import { useRangeInUrl } from '../overview/use-range-in-url.ts';
import { Failed } from '../session/failed.tsx';
import { useAnswer } from '../session/use-answer.ts';
import classes from './delivery.module.css';
import { type SlowestMessages, slowestMessagesQuery } from './delivery-series.ts';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const QUARTER_MS = 15 * 60_000;
const head = ['Stored', 'Send to stored', 'Received to stored', 'Message', 'Conversation'];

/** Which messages took longest in the range that the trends have, and where each tells why. */
export function SlowestMessagesTable({ client }: { client: Client }) {
  const [range] = useRangeInUrl();
  const [openedAt] = useState(() => Math.ceil(Date.now() / QUARTER_MS) * QUARTER_MS);
  const { data, error, askAgain } = useAnswer<SlowestMessages>(
    client,
    slowestMessagesQuery,
    { from: new Date(openedAt - range.ms), to: new Date(openedAt) },
    30_000,
  );
  if (error && !data)
    return <Failed title="The slowest messages could not be loaded" error={error} onRetry={askAgain} />;
  if (!data) return <ChartCardSkeleton />;

  const messages = data.slowestMessages;
  const rows = messages.map((m) => [
    m.createdAt,
    durationOrNone(m.sentToStoredMs),
    durationText(m.acceptedToStoredMs),
    m.messageId,
    m.conversationId,
  ]);
  return (
    <section className={`${overview.chartCard} ${classes.slowest}`} aria-label="Slowest messages">
      <div className={overview.chartHead}>
        <h3 className={overview.chartTitle}>Slowest messages, last {range.words}</h3>
        {messages.length > 0 && (
          <ExportButton
            label="the slowest messages"
            page="slowest messages"
            range={range.key}
            head={head}
            rows={rows}
          />
        )}
      </div>
      {messages.length === 0 ? (
        <Text c="dimmed" size="sm" className={classes.empty}>
          None were measured in this range.
        </Text>
      ) : (
        <ScrollTable label="Slowest messages" head={head}>
          {messages.map(({ messageId, conversationId, createdAt, sentToStoredMs, acceptedToStoredMs }) => (
            <tr key={messageId}>
              <th scope="row">{moment.format(new Date(createdAt))}</th>
              <td>{durationOrNone(sentToStoredMs)}</td>
              <td>{durationText(acceptedToStoredMs)}</td>
              <td>
                <Anchor
                  component={Link}
                  size="sm"
                  href={`/journey?message=${messageId}`}
                  aria-label={`Journey of the message of ${moment.format(new Date(createdAt))}`}
                >
                  Journey
                </Anchor>
              </td>
              <td>
                <Anchor
                  component={Link}
                  size="sm"
                  href={`/conversations?id=${conversationId}`}
                  aria-label={`Conversation of the message of ${moment.format(new Date(createdAt))}`}
                >
                  Conversation
                </Anchor>
              </td>
            </tr>
          ))}
        </ScrollTable>
      )}
    </section>
  );
}
