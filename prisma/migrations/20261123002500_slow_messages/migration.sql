-- CreateTable
CREATE TABLE "slow_message" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "process_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "took_ms" DOUBLE PRECISION NOT NULL,
    "sent_to_stored_ms" DOUBLE PRECISION,
    "accepted_to_stored_ms" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "slow_message_pkey" PRIMARY KEY ("hour","process_id","message_id")
);
