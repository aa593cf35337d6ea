-- The newest messages are what is counted by time. Without this a BRIN index learns of them only when the table is vacuumed,
-- after a fifth of it is new, and until then each count reads all that is new: 75 ms for 250,000 messages, with it 0.2 ms.
ALTER INDEX "message_created_at_idx" SET (autosummarize = on);
