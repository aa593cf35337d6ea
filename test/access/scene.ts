import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { signToken } from '../../server/auth/sign-token.ts';
import { type Actor, connect, tokenFor, type Who } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { AUTH_SECRET, type TestServer } from '../harness/server.ts';
import type { Target } from './attempts.ts';

/** By the table's columns; besides them an agent who is in it, to be the other one. */
const cast = {
  stranger: { role: 'CUSTOMER', name: 'Zoe' },
  former: { role: 'CUSTOMER', name: 'Lee' },
  customer: { role: 'CUSTOMER', name: 'Cleo' },
  agent: { role: 'AGENT', name: 'Ben' },
  'agent in it': { role: 'AGENT', name: 'Ada' },
  manager: { role: 'MANAGER', name: 'Max' },
  'manager in it': { role: 'MANAGER', name: 'Mia' },
  other: { role: 'AGENT', name: 'Eve' },
} as const satisfies Record<string, Who>;
export type Part = keyof typeof cast;
const members: readonly Part[] = ['customer', 'agent in it', 'manager in it', 'other'];

export type Scene = {
  readonly actors: Readonly<Record<Part, Actor>>;
  /** What these keys of a target need; what nothing has changed since is used again. */
  make(keys: ReadonlySet<keyof Target>, part: Part): Promise<Target>;
  /** An operation was let through that may have changed what it was about. */
  changed(): void;
};

export async function openScene(t: Pick<TestContext, 'after'>, server: TestServer): Promise<Scene> {
  const subs = Object.fromEntries(Object.keys(cast).map((part) => [part, randomUUID()])) as Record<Part, string>;
  const people = Object.entries(cast).map(async ([part, who]) => {
    return [part, await connect(t, server, { ...who, sub: subs[part as Part] })] as const;
  });
  const actors = Object.fromEntries(await Promise.all(people)) as Record<Part, Actor>;
  const { customer: cleo, 'agent in it': ada, manager: max, former: lee } = actors;

  const kept = new Map<string, Promise<string>>();
  const keep = (what: string, make: () => Promise<string>) => {
    const known = kept.get(what) ?? make();
    kept.set(what, known);
    return known;
  };

  async function closedConversation(): Promise<string> {
    const id = await conversation();
    await ada.run(documents.close, { input: { conversationId: id } });
    return id;
  }

  async function surveyLink(): Promise<string> {
    const input = { conversationId: await closedConversation() };
    return (await ada.run(documents.surveyLink, { input })).createSurveyLink.link.token;
  }

  async function conversation(): Promise<string> {
    const id = await cleo.start();
    await ada.claim(id);
    for (const part of ['manager in it', 'former', 'other'] as const)
      await ada.run(documents.add, { input: { conversationId: id, externalId: subs[part] } });
    await lee.run(documents.leave, { input: { conversationId: id } });
    return id;
  }

  async function notesOn(conversationId: string): Promise<string> {
    const document = 'mutation ($input: OpenNotesInput!) { openNotes(input: $input) { notes { id } } }';
    return (await ada.run(document, { input: { conversationId } })).openNotes.notes.id;
  }

  async function post(token: string): Promise<string> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query: '{ viewer { id } }' });
    const answer: any = await (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })).json();
    return answer.data.viewer.id;
  }

  /** A session of somebody that is none of an open socket; sessions are noted a moment after they began. */
  async function newSession(sub: string, who: Who, known: readonly string[] = []): Promise<string> {
    // With a sid: two tokens of one second are one text.
    const claims = { name: 'Zoe', role: 'CUSTOMER' as const, ...who, sub, expiresInSeconds: 1_800, sid: randomUUID() };
    const id = await post(await signToken(new TextEncoder().encode(AUTH_SECRET), claims));
    return eventually('the session to be noted', async () =>
      (await sessionsOf(id)).find((one) => !known.includes(one)),
    );
  }
  async function sessionsOf(id: string): Promise<string[]> {
    const query = 'query ($id: ID!) { sessions(participantId: $id, first: 100) { edges { node { id } } } }';
    return (await max.run(query, { id })).sessions.edges.map(({ node }: any) => node.id);
  }

  return {
    actors,
    changed: () => kept.clear(),
    async make(keys, part) {
      const needs = (...any: (keyof Target)[]) => any.some((key) => keys.has(key));
      const target: Target = {
        conversationId: '',
        closedId: '',
        ownMessageId: '',
        othersMessageId: '',
        participantId: actors.other.id,
        elsewhereId: '',
        elsewhereExternalId: '',
        ownSessionId: '',
        othersSessionId: '',
        visitToken: '',
        surveyToken: '',
        notesId: '',
        noteId: '',
      };
      if (needs('conversationId', 'ownMessageId', 'othersMessageId', 'participantId', 'notesId', 'noteId'))
        target.conversationId = await keep('conversation', conversation);
      if (needs('ownMessageId', 'othersMessageId')) {
        const writer = members.includes(part) ? actors[part] : actors['agent in it'];
        target.ownMessageId = (await writer.send(target.conversationId, 'own')).id;
        target.othersMessageId = (await actors.other.send(target.conversationId, 'another’s')).id;
      }
      if (needs('notesId', 'noteId')) {
        target.notesId = await keep('notes', () => notesOn(target.conversationId));
        target.noteId = (await ada.send(target.notesId, 'between us')).id;
      }
      if (needs('closedId')) target.closedId = await keep('closed', closedConversation);
      if (needs('surveyToken')) target.surveyToken = await keep('survey link', surveyLink);
      if (needs('elsewhereId', 'elsewhereExternalId', 'othersSessionId')) {
        const sub = await keep('sub', async () => randomUUID());
        target.elsewhereExternalId = sub;
        target.elsewhereId = await keep('elsewhere', async () => post(await tokenFor({ sub })));
      }
      if (needs('othersSessionId'))
        target.othersSessionId = await keep('session', () => newSession(target.elsewhereExternalId, {}));
      if (needs('ownSessionId'))
        target.ownSessionId = await newSession(subs[part], cast[part], await sessionsOf(actors[part].id));
      if (needs('visitToken')) {
        const { startVisit } = await cleo.run('mutation { startVisit { visit { visitToken } } }');
        target.visitToken = startVisit.visit.visitToken;
      }
      return target;
    },
  };
}
