import type { TestContext } from 'node:test';
import { type Actor, connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import type { TestServer } from '../harness/server.ts';
import type { Ask } from './over-both-transports.ts';

type Input = Record<string, unknown>;

/** The contract's operations for tests that run them over both transports: each gives what its payload holds. */
export const send = async (ask: Ask, actor: Actor, input: Input) =>
  (await ask(actor, documents.send, { input })).sendMessage;
export const edit = async (ask: Ask, actor: Actor, input: Input) =>
  (await ask(actor, documents.edit, { input })).editMessage.message;
export const remove = async (ask: Ask, actor: Actor, input: Input) =>
  (await ask(actor, documents.remove, { input })).deleteMessage.message;
export const acknowledge = async (ask: Ask, actor: Actor, input: Input) =>
  (await ask(actor, documents.acknowledge, { input })).acknowledge.member;
export const rate = async (ask: Ask, actor: Actor, input: Input) =>
  (await ask(actor, documents.rate, { input })).submitSurvey.survey;
export const read = async (ask: Ask, actor: Actor, id: string) =>
  (await ask(actor, documents.conversation, { id })).conversation;
export const messagesOf = async (ask: Ask, actor: Actor, id: string): Promise<any[]> =>
  (await read(ask, actor, id)).messages.edges.map(({ node }: any) => node);

/** Cleo's conversation that Ada has claimed: two events, nothing said yet. */
export async function claimedConversation(t: TestContext, server: TestServer) {
  const cleo = await connect(t, server);
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
  const conversationId = await cleo.start();
  await ada.claim(conversationId);
  return { cleo, ada, conversationId };
}
