import { v7 as uuidv7 } from 'uuid';
import type { Dialogue } from './dialogue.ts';
import { DialoguePlay, type PlayOptions } from './dialogue-play.ts';
import { Stalled } from './follower.ts';
import { judgeTranscript } from './judge-transcript.ts';
import { reviewConversation } from './review-conversation.ts';
import type { FreshView } from './transcript.ts';

const MAX_SUBJECT = 80;

/**
 * Plays one dialogue from its start to the customer's rating, then judges it. Throws when it could not be played to its
 * end; what the frames show up to there is judged all the same.
 */
export async function playDialogue(options: PlayOptions): Promise<void> {
  const { dialogue, customer, agent, tally } = options;
  const conversationId = uuidv7();
  const { startConversation } = await customer.connection.request<Started>('Start', {
    input: { id: conversationId, subject: subjectOf(dialogue), topic: dialogue.topic },
  });
  const participants = {
    customer: startConversation.conversation.members[0]!.participant.id,
    agent: agent.participantId,
  };
  const play = new DialoguePlay(options, conversationId, participants);
  const judge = async (ended: boolean, settled: boolean) => {
    let fresh: FreshView | undefined;
    try {
      fresh = settled ? await reviewConversation(customer.connection, conversationId) : undefined;
    } finally {
      agent.leave(conversationId, ended);
      customer.recorder.finish(conversationId, ended);
      tally.addFindings(dialogue.id, judgeTranscript({ ...play.transcript, fresh, ended }));
    }
  };
  try {
    await play.run();
  } catch (error) {
    // After a stall the connections hold, and what is missing is missing; after any other failure that cannot be said.
    await judge(false, error instanceof Stalled);
    throw error;
  }
  await judge(true, true);
}

type Started = { startConversation: { conversation: { members: { participant: { id: string } }[] } } };

function subjectOf({ turns }: Dialogue): string {
  const first = turns.find(({ from }) => from === 'customer') ?? turns[0]!;
  const characters = [...first.text];
  return characters.length > MAX_SUBJECT ? `${characters.slice(0, MAX_SUBJECT - 1).join('')}…` : first.text;
}
