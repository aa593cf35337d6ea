-- Written from schema.prisma; by hand: the CHECK constraints, and everything below the last foreign key.

-- CreateEnum
CREATE TYPE "AuditAction" AS ENUM ('SIGNED_IN', 'CONVERSATION_READ', 'DATA_EXPORTED', 'PARTICIPANT_DELETED', 'PARTICIPANT_REVOKED', 'SESSION_ENDED', 'DEAD_LETTER_REPLAYED', 'DEAD_LETTER_DISCARDED');

-- AlterTable
ALTER TABLE "participant" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "tokens_valid_from" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "locale" TEXT,
ADD COLUMN     "location" TEXT,
ADD COLUMN     "logins" BYTEA[] DEFAULT ARRAY[]::BYTEA[],
ADD COLUMN     "time_zone" TEXT;

-- CreateTable
CREATE TABLE "access_change" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "participant_id" UUID NOT NULL,
    "conversation_id" UUID,

    CONSTRAINT "access_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasure" (
    "participant_id" UUID NOT NULL,
    "identity" BYTEA NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "requested_by_id" UUID NOT NULL,
    "progress" UUID,
    "conversations" INTEGER NOT NULL DEFAULT 0,
    "messages" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("participant_id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" "AuditAction" NOT NULL,
    "actor_id" UUID,
    "participant_id" UUID,
    "conversation_id" UUID,
    "reference" TEXT,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "access_change_xid_idx" ON "access_change"("xid");

-- CreateIndex
CREATE INDEX "erasure_identity_idx" ON "erasure"("identity");

-- CreateIndex
CREATE INDEX "erasure_completed_at_idx" ON "erasure"("completed_at");

-- CreateIndex
CREATE INDEX "audit_log_actor_id_id_idx" ON "audit_log"("actor_id", "id");

-- CreateIndex
CREATE INDEX "audit_log_participant_id_id_idx" ON "audit_log"("participant_id", "id");

-- CreateIndex
CREATE INDEX "audit_log_conversation_id_id_idx" ON "audit_log"("conversation_id", "id");

-- CreateIndex
CREATE INDEX "audit_log_at_idx" ON "audit_log"("at");

-- AddForeignKey
ALTER TABLE "erasure" ADD CONSTRAINT "erasure_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "participant" ADD CONSTRAINT "participant_deleted_check"
    CHECK ("deleted_at" IS NULL OR "name" = 'Deleted participant');
ALTER TABLE "conversation_event" DROP CONSTRAINT "conversation_event_participant_id_check";
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_participant_id_check" CHECK (
    ("kind" IN ('PARTICIPANT_JOINED', 'PARTICIPANT_LEFT', 'PARTICIPANT_DELETED')) = ("participant_id" IS NOT NULL)
);

-- Whatever takes somebody's access away, this server's statements or an operator's own, leaves a row in the same transaction.
-- None of these columns is written on a hot path, and a trigger for columns costs nothing where they are not written.
CREATE FUNCTION note_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'participant' THEN
    INSERT INTO access_change (participant_id) VALUES (NEW.id);
  ELSIF TG_TABLE_NAME = 'member' THEN
    INSERT INTO access_change (participant_id, conversation_id) VALUES (NEW.participant_id, NEW.conversation_id);
  ELSE
    INSERT INTO access_change (participant_id) VALUES (NEW.participant_id);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER note_access_change AFTER UPDATE OF name, role, tokens_valid_from, deleted_at ON participant FOR EACH ROW
  WHEN ((OLD.name, OLD.role, OLD.tokens_valid_from, OLD.deleted_at)
    IS DISTINCT FROM (NEW.name, NEW.role, NEW.tokens_valid_from, NEW.deleted_at))
  EXECUTE FUNCTION note_access_change();
CREATE TRIGGER note_access_change AFTER UPDATE OF left_at ON member FOR EACH ROW
  WHEN (OLD.left_at IS NULL AND NEW.left_at IS NOT NULL) EXECUTE FUNCTION note_access_change();
CREATE TRIGGER note_access_change AFTER UPDATE OF ended_at ON session FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION note_access_change();

-- Somebody who was deleted gets into nothing any more, whatever was under way when they were. The row lock is the one that the
-- foreign key takes anyway, taken before the look instead of after it: deleting changes the external id, a unique column, and
-- so waits for everything that holds this lock, and what comes later sees the deletion.
CREATE FUNCTION refuse_deleted_participant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM participant p WHERE p.id = NEW.participant_id AND p.deleted_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'participant % was deleted', NEW.participant_id USING ERRCODE = 'PD001';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER refuse_deleted_participant BEFORE INSERT ON member FOR EACH ROW
  EXECUTE FUNCTION refuse_deleted_participant();
CREATE TRIGGER refuse_deleted_participant_again BEFORE UPDATE OF left_at ON member FOR EACH ROW
  WHEN (NEW.left_at IS NULL) EXECUTE FUNCTION refuse_deleted_participant();
CREATE TRIGGER refuse_deleted_participant BEFORE INSERT OR UPDATE OF comment ON survey FOR EACH ROW
  WHEN (NEW.comment IS NOT NULL) EXECUTE FUNCTION refuse_deleted_participant();
CREATE TRIGGER refuse_deleted_participant BEFORE INSERT OR UPDATE ON session FOR EACH ROW
  EXECUTE FUNCTION refuse_deleted_participant();

-- Entries of the audit log stand as they were written, and for 30 days whatever the configuration says.
CREATE FUNCTION keep_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.at < now() - interval '30 days' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'audit_log: entries younger than 30 days cannot be deleted';
  END IF;
  RAISE EXCEPTION 'audit_log is append-only';
END $$;

CREATE TRIGGER keep_audit_log BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION keep_audit_log();
CREATE TRIGGER keep_audit_log_whole BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();
