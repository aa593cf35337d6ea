import { type Link, startLink } from '../harness/link.ts';
import { type OwnPostgres, startOwnPostgres } from '../harness/own-postgres.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { startPostgresLink } from '../harness/postgres-link.ts';
import { startRedis, type TestRedis } from '../harness/redis.ts';
import { type Env, startProcess, type TestServer } from '../harness/server.ts';
import { mountSmallDisk, type SmallDisk } from '../harness/small-disk.ts';

/**
 * Two processes of Parley on PostgreSQL and Redis, all real, with a stretch of network before and behind each process that
 * can be broken. Scenarios of one kind share a world, one after the other; `restore` puts it right in between.
 */
export type World = {
  /** Past every network. */
  readonly database: { readonly url: string };
  readonly redis: TestRedis;
  /** Only where the world has one of its own. */
  readonly postgres: OwnPostgres;
  /** PostgreSQL's, where it is small. */
  readonly disk: SmallDisk;
  readonly slots: readonly [Slot, Slot];
  /** One more process, straight on PostgreSQL and Redis, until the world is restored. */
  startExtra(env?: Env): Promise<TestServer>;
  /** Heals every network, and lets everything go on that was stopped. */
  heal(): void;
  /** Heals, undoes, and replaces processes that are gone or not as they were. */
  restore(): Promise<void>;
  /** Registers what is to be undone when the world is restored. */
  after(undo: () => unknown): void;
  close(): Promise<void>;
};

/** A place for a process. */
export type Slot = {
  readonly name: string;
  readonly server: TestServer;
  readonly toPostgres: Link;
  readonly toRedis: Link;
  /** Between clients and the process; the other process stands in while it takes no connections, as behind a load balancer. */
  readonly door: Link;
  /** In place of the one that was there, which has ended. `folder`: where another release's code stands. */
  start(env?: Env, folder?: string): Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | undefined>;
  freeze(): void;
  thaw(): void;
};

export type WorldOptions = {
  ownPostgres?: boolean;
  /** The PostgreSQL of its own stands on a disk of this size, that can be filled. */
  diskMegabytes?: number;
  /** Where another release's code stands: the first process is of it, on tables that it made, and the second does not run yet. */
  release?: string;
  env?: Env;
};

/** @throws NotPossible where this user may not do what is asked for. */
export async function openWorld({
  ownPostgres,
  diskMegabytes,
  release,
  env: worldEnv,
}: WorldOptions = {}): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const later = (undo: () => unknown) => opening.defer(async () => void (await undo()));
  const disk = diskMegabytes ? mountSmallDisk(diskMegabytes) : undefined;
  if (diskMegabytes && !disk) throw new NotPossible('only root may mount a small disk');
  if (disk) later(disk.close);
  const postgres = disk || ownPostgres ? await startOwnPostgres(disk?.folder) : undefined;
  const database = postgres ?? (await createTestDatabase({ empty: release !== undefined }));
  later(() => ('drop' in database ? database.drop() : database.close()));
  const redis = await startRedis();
  later(() => redis.close());
  const undos: (() => unknown)[] = [];

  const env: Env = { LOG_LEVEL: 'error', RATE_LIMIT_SCALE: '1000', ...worldEnv };
  const links: Link[] = [];
  const link = async (...args: Parameters<typeof startLink>) => {
    const started = await startLink(...args);
    links.push(started);
    later(() => started.close());
    return started;
  };

  async function openSlot(name: string, other: () => Place | undefined): Promise<Place> {
    const { link: toPostgres, url } = await startPostgresLink(database.url, link);
    const toRedis = await link(() => [{ port: redis.port, host: '127.0.0.1' }]);
    const own: Env = {
      DATABASE_URL: url,
      REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
    };
    let server: TestServer | undefined;
    let isFrozen = false;
    const slot: Place = {
      name,
      isAsItWas: true,
      get server() {
        return server!;
      },
      port: () => server && { port: Number(new URL(server.url).port), host: '127.0.0.1' },
      toPostgres,
      toRedis,
      door: await link(() => [slot.port(), other()?.port()].filter((port) => port !== undefined)),
      async start(special, folder) {
        slot.isAsItWas = special === undefined && folder === undefined;
        server = await startProcess(database.url, { ...own, ...env, ...special }, 'server/main.ts', folder);
        // Whoever went to the other process meanwhile comes home, or the next fault would meet nobody here.
        slot.door.cut();
      },
      kill: async () => server?.kill(),
      stop: async () => server?.stop(),
      freeze() {
        isFrozen = process.kill(server!.pid!, 'SIGSTOP');
      },
      thaw() {
        if (isFrozen) process.kill(server!.pid!, 'SIGCONT');
        isFrozen = false;
      },
    };
    later(async () => {
      slot.thaw();
      await slot.kill();
    });
    return slot;
  }
  const slots: [Place, Place] = [await openSlot('first', () => slots[1]), await openSlot('second', () => slots[0])];
  await (release ? slots[0].start({}, release) : Promise.all(slots.map((slot) => slot.start())));

  const opened = opening.move();
  const undoAll = async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  };
  const heal = () => {
    for (const each of links) {
      each.up();
      each.release();
      each.delay(0);
      each.throttle(Number.POSITIVE_INFINITY);
    }
    for (const slot of slots) slot.thaw();
  };
  return {
    database,
    redis,
    get postgres() {
      if (!postgres) throw new Error('this world has no PostgreSQL of its own');
      return postgres;
    },
    get disk() {
      if (!disk) throw new Error('this world has no small disk');
      return disk;
    },
    slots,
    async startExtra(special) {
      const NODE_OPTIONS = [env.NODE_OPTIONS, special?.NODE_OPTIONS].filter(Boolean).join(' ');
      const server = await startProcess(database.url, { REDIS_URL: redis.url, ...env, ...special, NODE_OPTIONS });
      undos.push(() => server.kill());
      return server;
    },
    after: (undo) => void undos.push(undo),
    heal,
    async restore() {
      await undoAll();
      heal();
      if (!(await answers(redis))) await redis.start();
      await Promise.all(
        slots.map(async (slot) => {
          if (slot.isAsItWas && isRunning(slot.server)) return;
          await slot.kill();
          await slot.start();
        }),
      );
    },
    async close() {
      await undoAll();
      await opened.disposeAsync();
    },
  };
}

/** On this machine, for this user. */
export class NotPossible extends Error {}

type Place = Omit<Slot, 'server'> & {
  readonly server: TestServer;
  isAsItWas: boolean;
  port(): { port: number; host: string } | undefined;
};

function isRunning({ pid }: TestServer): boolean {
  try {
    return process.kill(pid!, 0);
  } catch {
    return false;
  }
}

const answers = ({ run }: TestRedis): Promise<boolean> =>
  run('PING').then(
    () => true,
    () => false,
  );
