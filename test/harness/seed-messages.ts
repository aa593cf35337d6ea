import { execute } from './execute.ts';

/** Puts many messages of one sender into conversations, past the server and all at once: the log is as it would be. */
export async function seedMessages(
  { url }: { url: string },
  { senderId, perConversation, body }: { senderId: string; perConversation: number; body: string },
  conversationIds: readonly string[],
): Promise<void> {
  const ids = `ARRAY['${conversationIds.join("','")}']::uuid[]`;
  await execute(
    url,
    `INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, created_at)
     SELECT gen_random_uuid(), c.id, c.head_seq + n, '${senderId}', '${body}', sha256('seeded'), date_trunc('milliseconds', now())
     FROM conversation c, generate_series(1, ${perConversation}) n WHERE c.id = ANY (${ids});
     UPDATE conversation_activity SET at = now() WHERE conversation_id = ANY (${ids});
     UPDATE conversation SET head_seq = head_seq + ${perConversation} WHERE id = ANY (${ids})`,
  );
}
