-- DropIndex
DROP INDEX "outbox_urgent_available_at_id_idx";

-- CreateIndex
CREATE INDEX "outbox_urgent_id_idx" ON "outbox"("urgent" DESC, "id");
