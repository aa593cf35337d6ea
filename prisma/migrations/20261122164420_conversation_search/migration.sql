-- What managers search conversations by, and what became of a conversation, noted with its event.
-- Written from schema.prisma; by hand: the constraint, the functions, their indexes.

-- CreateEnum
CREATE TYPE "ConversationChange" AS ENUM ('ASSIGNED', 'UNASSIGNED', 'CLOSED', 'REOPENED');

-- AlterTable
ALTER TABLE "conversation_event" ADD COLUMN     "change" "ConversationChange";

-- CreateIndex
CREATE INDEX "conversation_topic_idx" ON "conversation"("topic");

-- CreateIndex
CREATE INDEX "participant_role_id_idx" ON "participant"("role", "id");

-- Whom a conversation was assigned to stands where it says who joined.
ALTER TABLE "conversation_event" DROP CONSTRAINT "conversation_event_participant_id_check";
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_participant_id_check" CHECK (
    CASE WHEN "kind" = 'CONVERSATION_CHANGED' THEN (coalesce("change" = 'ASSIGNED', false)) = ("participant_id" IS NOT NULL)
    ELSE ("kind" IN ('PARTICIPANT_JOINED', 'PARTICIPANT_LEFT', 'PARTICIPANT_DELETED', 'PARTICIPANT_IDENTIFIED'))
      = ("participant_id" IS NOT NULL) END
);
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_change_check" CHECK (
    "change" IS NULL OR "kind" = 'CONVERSATION_CHANGED'
);

-- A text's words, without case. Not PostgreSQL's parser of texts: to it an e-mail address is one word, whose beginning is none.
-- Bodies that are bound when they are made: an index is built without a search path.
CREATE FUNCTION search_words(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_remove(regexp_split_to_array(lower($1), '[^[:alnum:]]+'), '');

-- What a conversation and a participant are found by. Neither of the columns changes when a message is sent, so that an update
-- of the conversation's head stays clear of these indexes.
CREATE FUNCTION conversation_words(subject text, topic text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(search_words(coalesce($1, '') || ' ' || coalesce($2, '')));
CREATE FUNCTION participant_words(name text, external_id text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(search_words($1 || ' ' || $2));
CREATE INDEX "conversation_words_idx" ON "conversation" USING gin (conversation_words("subject", "topic"));
CREATE INDEX "participant_words_idx" ON "participant" USING gin (participant_words("name", "external_id"));
