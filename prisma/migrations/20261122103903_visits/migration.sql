-- Written from schema.prisma; by hand: the CHECK constraints.

-- AlterTable
ALTER TABLE "conversation_event" ADD COLUMN     "former_id" UUID;

-- CreateTable
CREATE TABLE "claimed_visit" (
    "visitor_id" UUID NOT NULL,
    "participant_id" UUID NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "claimed_visit_pkey" PRIMARY KEY ("visitor_id")
);

ALTER TABLE "conversation_event" DROP CONSTRAINT "conversation_event_participant_id_check";
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_participant_id_check" CHECK (
    ("kind" IN ('PARTICIPANT_JOINED', 'PARTICIPANT_LEFT', 'PARTICIPANT_DELETED', 'PARTICIPANT_IDENTIFIED'))
      = ("participant_id" IS NOT NULL)
);
ALTER TABLE "conversation_event" ADD CONSTRAINT "conversation_event_former_id_check" CHECK (
    ("kind" = 'PARTICIPANT_IDENTIFIED') = ("former_id" IS NOT NULL)
);
ALTER TABLE "claimed_visit" ADD CONSTRAINT "claimed_visit_participant_id_check" CHECK ("visitor_id" <> "participant_id");
