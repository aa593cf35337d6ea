-- Apart from the next migration, because a transaction may not use an enum's value that it has added itself.
ALTER TYPE "EventKind" ADD VALUE 'PARTICIPANT_IDENTIFIED';
