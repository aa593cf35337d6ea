/** One login, as it is shown to its owner and to managers. */
export type Session = {
  readonly id: string;
  readonly participantId: string;
  readonly logins: readonly Uint8Array[];
  readonly device: string | null;
  readonly platform: string | null;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly location: string | null;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
};

export const sessionFields = {
  id: true,
  participantId: true,
  logins: true,
  device: true,
  platform: true,
  locale: true,
  timeZone: true,
  location: true,
  startedAt: true,
  lastSeenAt: true,
  expiresAt: true,
  endedAt: true,
} as const;
