-- CreateTable
CREATE TABLE "turn" (
    "name" TEXT NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "counting_since" TIMESTAMPTZ(3),
    "position" TEXT,

    CONSTRAINT "turn_pkey" PRIMARY KEY ("name")
);
