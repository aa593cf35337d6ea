-- Written from schema.prisma, with three things by hand that Prisma's language does not have: the CHECK constraints, what
-- presence is, and how rows that change often are stored (at the end).

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('CUSTOMER', 'AGENT', 'MANAGER');

-- CreateEnum
CREATE TYPE "Priority" AS ENUM ('LOW', 'NORMAL', 'HIGH', 'URGENT');

-- CreateEnum
CREATE TYPE "ConversationStatus" AS ENUM ('WAITING', 'OPEN', 'CLOSED');

-- CreateEnum
CREATE TYPE "EventKind" AS ENUM ('MESSAGE_EDITED', 'MESSAGE_DELETED', 'PARTICIPANT_JOINED', 'PARTICIPANT_LEFT', 'CONVERSATION_CHANGED');

-- CreateTable
CREATE TABLE "participant" (
    "id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "profile_issued_at" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3),

    CONSTRAINT "participant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation" (
    "id" UUID NOT NULL,
    "subject" TEXT,
    "topic" TEXT,
    "status" "ConversationStatus" NOT NULL DEFAULT 'WAITING',
    "priority" "Priority" NOT NULL DEFAULT 'NORMAL',
    "head_seq" INTEGER NOT NULL DEFAULT 0,
    "starter_id" UUID NOT NULL,
    "assignee_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "conversation_head_seq_check" CHECK ("head_seq" >= 0),
    CONSTRAINT "conversation_closed_check" CHECK (("status" = 'CLOSED') = ("closed_at" IS NOT NULL)),
    CONSTRAINT "conversation_open_check" CHECK ("status" <> 'OPEN' OR "assignee_id" IS NOT NULL)
);

-- CreateTable
CREATE TABLE "conversation_activity" (
    "conversation_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "conversation_activity_pkey" PRIMARY KEY ("conversation_id")
);

-- CreateTable
CREATE TABLE "member" (
    "conversation_id" UUID NOT NULL,
    "participant_id" UUID NOT NULL,
    "delivered_seq" INTEGER NOT NULL DEFAULT 0,
    "read_seq" INTEGER NOT NULL DEFAULT 0,
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "left_at" TIMESTAMPTZ(3),

    CONSTRAINT "member_pkey" PRIMARY KEY ("conversation_id","participant_id"),
    CONSTRAINT "member_watermarks_check" CHECK (0 <= "read_seq" AND "read_seq" <= "delivered_seq")
);

-- CreateTable
CREATE TABLE "message" (
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "sender_id" UUID NOT NULL,
    "body" TEXT,
    "fingerprint" BYTEA,
    "version" INTEGER NOT NULL DEFAULT 1,
    "sent_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "traceparent" TEXT,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "message_seq_check" CHECK ("seq" >= 1),
    CONSTRAINT "message_version_check" CHECK ("version" >= 1),
    CONSTRAINT "message_body_check" CHECK (("body" IS NULL) = ("deleted_at" IS NOT NULL)),
    CONSTRAINT "message_fingerprint_check" CHECK (("fingerprint" IS NULL) = ("deleted_at" IS NOT NULL))
);

-- CreateTable
CREATE TABLE "conversation_event" (
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "kind" "EventKind" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_id" UUID,
    "message_id" UUID,
    "participant_id" UUID,
    "traceparent" TEXT,

    CONSTRAINT "conversation_event_pkey" PRIMARY KEY ("conversation_id","seq"),
    CONSTRAINT "conversation_event_seq_check" CHECK ("seq" >= 1),
    CONSTRAINT "conversation_event_message_id_check" CHECK (("kind" IN ('MESSAGE_EDITED', 'MESSAGE_DELETED')) = ("message_id" IS NOT NULL)),
    CONSTRAINT "conversation_event_participant_id_check" CHECK (("kind" IN ('PARTICIPANT_JOINED', 'PARTICIPANT_LEFT')) = ("participant_id" IS NOT NULL))
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "traceparent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT (now() + '00:00:01'::interval),
    "last_error" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "outbox_seq_check" CHECK ("seq" >= 1),
    CONSTRAINT "outbox_attempts_check" CHECK ("attempts" >= 0)
);

-- CreateTable
CREATE TABLE "dead_letter" (
    "id" BIGINT NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "traceparent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "failed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL,
    "last_error" TEXT,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "dead_letter_seq_check" CHECK ("seq" >= 1),
    CONSTRAINT "dead_letter_attempts_check" CHECK ("attempts" >= 0)
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "participant_id" UUID NOT NULL,
    "login_key" BYTEA NOT NULL,
    "device" TEXT,
    "platform" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable. Unlogged: renewed every few seconds and worth nothing after a crash, so it is kept out of the WAL.
CREATE UNLOGGED TABLE "presence" (
    "participant_id" UUID NOT NULL,
    "process_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "presence_pkey" PRIMARY KEY ("participant_id","process_id")
);

-- CreateTable
CREATE TABLE "survey" (
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "participant_id" UUID NOT NULL,
    "rating" SMALLINT NOT NULL,
    "comment" TEXT,
    "submitted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "survey_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "survey_rating_check" CHECK ("rating" BETWEEN 1 AND 5)
);

-- CreateTable
CREATE TABLE "kpi_minute" (
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "process_id" UUID NOT NULL,
    "metric" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "buckets" JSONB,

    CONSTRAINT "kpi_minute_pkey" PRIMARY KEY ("minute","metric","process_id"),
    CONSTRAINT "kpi_minute_count_check" CHECK ("count" >= 0)
);

-- CreateTable
CREATE TABLE "installation_key" (
    "name" TEXT NOT NULL,
    "value" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_key_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "sign_in_code" (
    "code_hash" BYTEA NOT NULL,
    "role" "Role" NOT NULL,
    "name" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_code_pkey" PRIMARY KEY ("code_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "participant_external_id_key" ON "participant"("external_id");

-- CreateIndex
CREATE INDEX "conversation_assignee_id_status_idx" ON "conversation"("assignee_id", "status");

-- CreateIndex
CREATE INDEX "conversation_activity_at_conversation_id_idx" ON "conversation_activity"("at" DESC, "conversation_id" DESC);

-- CreateIndex
CREATE INDEX "member_participant_id_conversation_id_idx" ON "member"("participant_id", "conversation_id");

-- CreateIndex
CREATE INDEX "message_created_at_idx" ON "message" USING BRIN ("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "message_conversation_id_seq_key" ON "message"("conversation_id", "seq");

-- CreateIndex
CREATE INDEX "outbox_available_at_id_idx" ON "outbox"("available_at", "id");

-- CreateIndex
CREATE INDEX "dead_letter_failed_at_idx" ON "dead_letter"("failed_at");

-- CreateIndex
CREATE INDEX "session_participant_id_last_seen_at_idx" ON "session"("participant_id", "last_seen_at");

-- CreateIndex
CREATE UNIQUE INDEX "session_participant_id_login_key_key" ON "session"("participant_id", "login_key");

-- CreateIndex
CREATE INDEX "presence_expires_at_idx" ON "presence"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "survey_conversation_id_key" ON "survey"("conversation_id");

-- CreateIndex
CREATE INDEX "survey_submitted_at_idx" ON "survey"("submitted_at");

-- CreateIndex
CREATE INDEX "sign_in_code_expires_at_idx" ON "sign_in_code"("expires_at");

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_starter_id_fkey" FOREIGN KEY ("starter_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_assignee_id_fkey" FOREIGN KEY ("assignee_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_activity" ADD CONSTRAINT "conversation_activity_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_sender_id_fkey" FOREIGN KEY ("sender_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "survey" ADD CONSTRAINT "survey_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "survey" ADD CONSTRAINT "survey_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Every send raises head_seq and every acknowledgement a watermark; neither column is in an index. With room left on the
-- page the new version stays there (a HOT update): no index is touched, and the next reader cleans up.
ALTER TABLE "conversation" SET (fillfactor = 70);
ALTER TABLE "member" SET (fillfactor = 70);

-- Its index follows every send, so it cannot be HOT; vacuumed early, its dead index entries stay few.
ALTER TABLE "conversation_activity" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- All rows pass through and are gone in milliseconds, so what matters is the dead ones, however few live ones there are.
-- Vacuumed often and without pauses the table stays a few pages long and a sweep stays cheap.
ALTER TABLE "outbox" SET (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
);
