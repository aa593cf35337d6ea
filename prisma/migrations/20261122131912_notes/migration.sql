-- Agents' internal notes: a companion conversation with a log and members of its own. Written from schema.prisma; by hand: the
-- constraint and the partial index.

-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "notes_of_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "conversation_notes_of_id_key" ON "conversation"("notes_of_id");

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_notes_of_id_fkey" FOREIGN KEY ("notes_of_id") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Notes have no state: they stay as they were made, open and nobody's, whatever becomes of what they are about.
ALTER TABLE "conversation" DROP CONSTRAINT "conversation_open_check";
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_open_check"
    CHECK ("status" <> 'OPEN' OR "assignee_id" IS NOT NULL OR "notes_of_id" IS NOT NULL);
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_notes_of_id_check" CHECK (
    "notes_of_id" IS NULL OR (
        "notes_of_id" <> "id" AND "status" = 'OPEN' AND "assignee_id" IS NULL AND "subject" IS NULL AND "topic" IS NULL
    )
);

-- Lists and counts by status are never about notes, and notes stay open: without them the few that are open stay few.
DROP INDEX "conversation_status_idx";
CREATE INDEX "conversation_status_idx" ON "conversation"("status") WHERE "notes_of_id" IS NULL;
