/** The mark: a speech bubble with the two ticks that Parley is about. */
export function Brand({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        fill="var(--mantine-primary-color-filled)"
        d="M7 3h18a5 5 0 0 1 5 5v11a5 5 0 0 1-5 5H14l-6.3 5.2A1 1 0 0 1 6 28.4V24a5 5 0 0 1-4-5V8a5 5 0 0 1 5-5z"
      />
      <path
        fill="none"
        stroke="var(--parley-card)"
        strokeWidth={2.6}
        strokeLinecap="round"
        strokeLinejoin="round"
        d="m7.5 14 4 4 8-8.5M16 18l8.5-8.5"
      />
    </svg>
  );
}
