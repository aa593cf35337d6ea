export const jaegerVersion: string;
export const jaegerBinary: string;
export function jaegerArgs(ports: { otlpPort: number; queryPort: number; adminPort?: number }): string[];
/** Jaeger would trace itself, into nowhere. */
export const jaegerEnv: Record<string, string>;
