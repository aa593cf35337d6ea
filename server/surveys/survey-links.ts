import { errors, SignJWT } from 'jose';
import { verifyWithAny } from '../auth/verify-with-any.ts';
import { badInput } from '../errors.ts';

/**
 * Links to the survey of one conversation, for where its customer is not signed in: an e-mail, say. Such a token is good for
 * that one answer and nothing else, until the survey closes; who has it answers as the customer, and learns nothing of the
 * conversation. That it works once needs no list: a conversation has one answer.
 */
export type SurveyTokens = ReturnType<typeof createSurveyTokens>;

/** A type of its own: it is no Bearer token. */
const TYPE = 'parley-survey+jwt';

/** keys: the one to sign with, and the one before, whose links go on. */
export function createSurveyTokens(keys: readonly [Uint8Array, ...Uint8Array[]]) {
  const [key] = keys;
  return {
    sign: (conversationId: string, expiresAt: Date): Promise<string> =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'HS256', typ: TYPE })
        .setSubject(conversationId)
        .setIssuedAt()
        .setExpirationTime(Math.floor(expiresAt.getTime() / 1_000))
        .sign(key),

    /** The conversation; undefined when the time is over. */
    async verify(token: string): Promise<string | undefined> {
      try {
        return (await verifyWithAny(token, keys, { typ: TYPE })).sub;
      } catch (error) {
        if (error instanceof errors.JWTExpired) return undefined;
        throw badInput('token', 'is not that of a survey link.');
      }
    },
  };
}
