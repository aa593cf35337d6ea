-- Links that let agents in say whom. Written from schema.prisma; by hand: the constraint.

-- AlterTable
ALTER TABLE "sign_in_code" ADD COLUMN     "external_id" TEXT;
ALTER TABLE "sign_in_code" ADD CONSTRAINT "sign_in_code_role_check" CHECK (
    "role" = 'MANAGER' OR ("role" = 'AGENT' AND "external_id" IS NOT NULL)
);
