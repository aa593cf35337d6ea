import { randomUUID } from 'node:crypto';
import { canary } from '../canary-participants.ts';
import type { CanaryDevice, Update } from './canary-device.ts';
import * as documents from './canary-documents.ts';

/**
 * What a chat is: a customer starts a conversation, an agent claims it, a message is sent, received and acknowledged, and its
 * sender sees that it was read. Throws where any of it does not happen.
 */
export async function sendAndReceive(customer: CanaryDevice, agent: CanaryDevice): Promise<void> {
  const conversationId = randomUUID();
  const id = randomUUID();
  await customer.run(documents.start, { input: { id: conversationId } });
  await agent.run(documents.claim, { input: { conversationId } });

  const [toCustomer, toAgent] = [customer, agent].map((device) => device.follow(documents.follow, { conversationId }));
  const isCaughtUp = ({ __typename }: Update) => __typename === 'CaughtUp';
  await Promise.all([toCustomer!(isCaughtUp), toAgent!(isCaughtUp)]);

  const input = { id, conversationId, body: 'Is everything all right?', sentAt: new Date().toISOString() };
  const [sent] = await Promise.all([
    customer.run<{ sendMessage: { message: { seq: number } } }>(documents.send, { input }),
    toAgent!(({ message }) => message?.id === id),
  ]);
  const { seq } = sent.sendMessage.message;
  await Promise.all([
    agent.run(documents.acknowledge, { input: { conversationId, readSeq: seq } }),
    toCustomer!(({ participant, readSeq }) => participant?.id === canary.agent.id && readSeq! >= seq),
  ]);
}
