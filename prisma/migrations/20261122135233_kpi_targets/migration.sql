-- AlterTable
ALTER TABLE "presence" ADD COLUMN     "online_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "kpi_target" (
    "metric" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,
    "set_by_id" UUID NOT NULL,

    CONSTRAINT "kpi_target_pkey" PRIMARY KEY ("metric")
);
