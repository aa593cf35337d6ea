-- CreateTable
CREATE TABLE "demo" (
    "seed" TEXT NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "demo_pkey" PRIMARY KEY ("seed")
);
