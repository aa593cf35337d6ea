-- What surveys ask besides the rating, and what is answered. Written from schema.prisma; by hand: checks and the trigger.

-- CreateEnum
CREATE TYPE "SurveyQuestionKind" AS ENUM ('SCALE', 'YES_NO', 'TEXT');

-- DropIndex
DROP INDEX "survey_submitted_at_idx";

-- AlterTable
ALTER TABLE "survey" ADD COLUMN     "nps" SMALLINT;
ALTER TABLE "survey" ADD CONSTRAINT "survey_nps_check" CHECK ("nps" BETWEEN 0 AND 10);

-- CreateTable
CREATE TABLE "survey_question" (
    "id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "kind" "SurveyQuestionKind" NOT NULL,
    "position" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "survey_question_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "survey_question_position_check" CHECK ("position" BETWEEN 1 AND 3)
);

-- CreateTable
CREATE TABLE "survey_answer" (
    "survey_id" UUID NOT NULL,
    "question_id" UUID NOT NULL,
    "value" SMALLINT,
    "text" TEXT,
    "key_id" UUID,

    CONSTRAINT "survey_answer_pkey" PRIMARY KEY ("survey_id","question_id"),
    CONSTRAINT "survey_answer_value_check" CHECK ("value" BETWEEN 0 AND 5),
    CONSTRAINT "survey_answer_one_check" CHECK ("value" IS NULL OR "text" IS NULL)
);

-- CreateTable
CREATE TABLE "survey_form" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "asks_nps" BOOLEAN NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,
    "set_by_id" UUID NOT NULL,

    CONSTRAINT "survey_form_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "survey_form_id_check" CHECK ("id" = 1)
);

-- CreateIndex
CREATE INDEX "survey_answer_question_id_idx" ON "survey_answer"("question_id");

-- CreateIndex
CREATE INDEX "conversation_closed_at_idx" ON "conversation"("closed_at");

-- CreateIndex
CREATE INDEX "survey_submitted_at_id_idx" ON "survey"("submitted_at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "survey_answer" ADD CONSTRAINT "survey_answer_survey_id_fkey" FOREIGN KEY ("survey_id") REFERENCES "survey"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "survey_answer" ADD CONSTRAINT "survey_answer_question_id_fkey" FOREIGN KEY ("question_id") REFERENCES "survey_question"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Whoever was deleted answers nothing any more, be it without a comment: texts of their answers come with the rating, in the
-- same transaction. What erases a comment does not touch the rating.
CREATE TRIGGER refuse_deleted_participant_answering BEFORE INSERT OR UPDATE OF rating ON survey FOR EACH ROW
  EXECUTE FUNCTION refuse_deleted_participant();
