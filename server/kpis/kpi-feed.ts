import type { Db } from '../db.ts';
import type { KpiOverview } from '../generated/graphql.ts';
import { LiveChannel } from '../live-channel.ts';
import type { LongReads } from '../long-reads.ts';
import { readKpiOverview } from './read-kpi-overview.ts';

/** The key figures live: computed once for all who look at the same window. */
export type KpiFeed = {
  follow(windowMinutes: number): AsyncIterableIterator<KpiOverview, void, void>;
  stop(): Promise<void>;
};

export function createKpiFeed({ primary, longReads }: { primary: Db; longReads: LongReads }): KpiFeed {
  const channels = new Map<number, LiveChannel<KpiOverview>>();
  return {
    follow(windowMinutes) {
      let channel = channels.get(windowMinutes);
      if (!channel) {
        channel = new LiveChannel({
          read: () => longReads.run((db) => readKpiOverview({ db, primary }, windowMinutes)),
          onEmpty: () => channels.delete(windowMinutes),
        });
        channels.set(windowMinutes, channel);
      }
      return channel.join();
    },
    async stop() {
      await Promise.all([...channels.values()].map((channel) => channel.stop()));
    },
  };
}
