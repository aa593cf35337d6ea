-- CreateIndex
CREATE INDEX "conversation_status_idx" ON "conversation"("status");
