export interface TokenClaims {
  /** Whose it is. */
  readonly sub?: string;
  /** When it runs out, in seconds since 1970. */
  readonly exp?: number;
}

/** What a JWT says of itself, unverified: that is the server's business. Empty for anything else. */
export function tokenClaims(token: string): TokenClaims {
  try {
    const payload = token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as TokenClaims;
  } catch {
    return {};
  }
}
