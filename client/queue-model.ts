import type { Scheduler } from 'fast-check';
import type { Connection } from './connection.ts';
import {
  deleteMessageMutation,
  editMessageMutation,
  sendMessageMutation,
  startConversationMutation,
} from './operations.ts';
import { ParleyError, type ParleyErrorCode } from './parley-error.ts';
import type { Sharing } from './share-tabs.ts';
import { type ClientStorage, createMemoryStorage } from './storage.ts';
import { createStore } from './store.ts';
import type { WireMessage } from './types.ts';

/*
 * A second, plainer telling of what surrounds a queue, for its property test: a server that does each id once, a network
 * that loses questions and answers, a disk that takes its time, tabs that share it. The scheduler decides what comes first.
 */

/** What becomes of one attempt. */
export type Fate =
  | 'ok'
  | 'questionLost'
  | 'answerLost'
  | 'arrivesLate'
  | 'UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'INTERNAL_SERVER_ERROR';

type Input = { id: string; conversationId: string; messageId: string; body: string; version: number };

export class ServerModel {
  readonly conversations = new Map<string, WireMessage[]>();
  /** Ids in the order of their attempts that arrived. */
  readonly arrived: string[] = [];

  answer(document: string, input: Input): object {
    if (document === startConversationMutation) {
      if (!this.conversations.has(input.id)) this.conversations.set(input.id, []);
      return { startConversation: {} };
    }
    const log = this.conversations.get(input.conversationId);
    if (!log) throw new ParleyError('NOT_FOUND', 'No such conversation.');
    if (document === sendMessageMutation) {
      this.arrived.push(input.id);
      const known = log.find(({ id }) => id === input.id);
      if (!known) log.push({ id: input.id, seq: log.length + 1, body: input.body, version: 1 } as WireMessage);
      return { sendMessage: { message: log.find(({ id }) => id === input.id) } };
    }
    const at = log.findIndex(({ id }) => id === input.messageId);
    const message = log[at];
    if (!message) throw new ParleyError('NOT_FOUND', 'No such message.');
    if (document === deleteMessageMutation) {
      if (message.body !== null) log[at] = { ...message, body: null, version: message.version + 1 };
    } else if (
      document === editMessageMutation &&
      !(message.version === input.version + 1 && message.body === input.body)
    ) {
      if (message.version !== input.version) throw new ParleyError('CONFLICT', 'Changed meanwhile.', { message });
      if (message.body !== input.body) log[at] = { ...message, body: input.body, version: message.version + 1 };
    }
    return { done: { message: log[at] } };
  }
}

/** A connection that is always there, whose attempts meet the fates given, and after them no bad one. */
export function modelConnection(s: Scheduler, server: ServerModel, nextFate: () => Fate): Connection {
  const state = createStore<ReturnType<Connection['state']['getSnapshot']>>({ status: 'online' });
  const step = (label: string) => s.schedule(Promise.resolve(), label);
  const lost = () => new ParleyError('NETWORK', 'The connection was lost.');
  return {
    state,
    ready: async () => {
      if (state.getSnapshot().status === 'closed') throw new ParleyError('CLIENT_CLOSED', 'closed');
    },
    now: () => new Date(0).toISOString(),
    pause: () => step('pause'),
    async attempt<T>(document: string, variables: object) {
      const { input } = variables as { input: Input };
      const fate = nextFate();
      await step('question');
      if (fate === 'questionLost') throw lost();
      if (fate === 'arrivesLate') {
        void step('late')
          .then(() => server.answer(document, input))
          .catch(() => {});
        throw lost();
      }
      if (fate !== 'ok' && fate !== 'answerLost') throw new ParleyError(fate as ParleyErrorCode, fate);
      const answer = server.answer(document, input) as T;
      await step('answer');
      if (fate === 'answerLost') throw lost();
      return answer;
    },
    stream: () => ({ ended: new Promise(() => {}), stop() {} }),
    setOffline() {},
    reconnect() {},
    close: () => state.set({ status: 'closed' }),
  };
}

/** A disk under all tabs of a test, which takes its time, and the browser's lock and channel. */
export class BrowserModel {
  private readonly disk = createMemoryStorage();
  private readonly candidates: (() => void)[] = [];
  private readonly listeners = new Set<(news: unknown) => void>();
  private readonly s: Scheduler;

  constructor(s: Scheduler) {
    this.s = s;
  }

  /** What one tab sees of it. Closed, as by a crash, nothing of it is stored any more, and its lock is passed on. */
  openTab(): { storage: ClientStorage; crash(): void } {
    let crashed = false;
    const own = new Set<(news: unknown) => void>();
    const elections = new Set<() => void>();
    const step = (label: string) => this.s.schedule(Promise.resolve(), label);
    const dead = new Promise<never>(() => {});
    const sharing: Sharing = {
      elect: (elected) => {
        const candidate = () => void step('elected').then(() => crashed || elected());
        this.candidates.push(candidate);
        if (this.candidates.length === 1) candidate();
        const end = () => {
          const at = this.candidates.indexOf(candidate);
          if (at >= 0) this.candidates.splice(at, 1);
          if (at === 0) this.candidates[0]?.();
        };
        elections.add(end);
        return end;
      },
      announce: (news) => {
        const copy = structuredClone(news);
        for (const listener of this.listeners) {
          if (!own.has(listener)) void step('news').then(() => this.listeners.has(listener) && listener(copy));
        }
      },
      listen: (heard) => {
        own.add(heard);
        this.listeners.add(heard);
      },
      close() {},
    };
    return {
      storage: {
        lasting: true,
        sharing,
        load: async (prefix) => {
          await step('load');
          return crashed ? dead : structuredClone(await this.disk.load(prefix));
        },
        save: async (changes) => {
          const copy = structuredClone(changes);
          await step('save');
          if (crashed) await dead;
          await this.disk.save(copy);
          await step('saved');
          if (crashed) await dead;
        },
        close: async () => {},
      },
      crash: () => {
        crashed = true;
        for (const listener of own) this.listeners.delete(listener);
        for (const end of elections) end();
      },
    };
  }
}
