import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';

/** HS256 with the secret, or with the one that it has replaced: while secrets are changed, tokens of both are about. */
export async function verifyWithAny(
  token: string,
  keys: readonly Uint8Array[],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let failure: unknown = new errors.JOSEAlgNotAllowed('no key for HS256');
  for (const key of keys) {
    try {
      return (await jwtVerify(token, key, { ...options, algorithms: ['HS256'] })).payload;
    } catch (error) {
      failure = error;
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  throw failure;
}
