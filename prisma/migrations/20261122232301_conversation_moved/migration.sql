-- That a conversation was put into another queue.

-- AlterEnum
ALTER TYPE "ConversationChange" ADD VALUE 'MOVED';
