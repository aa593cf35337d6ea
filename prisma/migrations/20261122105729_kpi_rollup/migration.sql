-- CreateTable
CREATE TABLE "kpi_rollup" (
    "metric" TEXT NOT NULL,
    "span_minutes" SMALLINT NOT NULL,
    "starts_at" TIMESTAMPTZ(0) NOT NULL,
    "count" BIGINT NOT NULL,
    "bucket_numbers" SMALLINT[] DEFAULT ARRAY[]::SMALLINT[],
    "bucket_counts" INTEGER[] DEFAULT ARRAY[]::INTEGER[],

    CONSTRAINT "kpi_rollup_pkey" PRIMARY KEY ("metric","span_minutes","starts_at")
);

-- CreateIndex
CREATE INDEX "kpi_rollup_span_minutes_starts_at_idx" ON "kpi_rollup"("span_minutes", "starts_at");
