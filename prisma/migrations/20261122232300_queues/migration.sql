-- Which of the desk's queues a conversation is for. A column without a default: no row is written again. Written from
-- schema.prisma; by hand: the constraint.

-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "queue" TEXT;

-- Internal notes are in no queue, as they have no topic.
ALTER TABLE "conversation" DROP CONSTRAINT "conversation_notes_of_id_check";
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_notes_of_id_check" CHECK (
    "notes_of_id" IS NULL OR (
        "notes_of_id" <> "id" AND "status" = 'OPEN' AND "assignee_id" IS NULL AND "subject" IS NULL AND "topic" IS NULL
        AND "queue" IS NULL
    )
);

-- CreateIndex
CREATE INDEX "conversation_queue_idx" ON "conversation"("queue");
