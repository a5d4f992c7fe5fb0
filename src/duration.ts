/** The shortest and the longest refresh interval, in milliseconds. */
export const refreshBounds = { min: 10_000, max: 3_600_000 } as const;

const units: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads a Go duration as `time.ParseDuration` does (https://pkg.go.dev/time#ParseDuration).
 *
 * @param text A duration such as `30m`, `1h30m`, `90s`, `1.5h`. Go has no days or weeks.
 * @returns Milliseconds, negative for a leading `-`; undefined if Go would refuse the text.
 */
export function goDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (!match) return undefined;
  let sum = 0;
  for (const [, number, unit] of (match[2] ?? '').matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    sum += Number(number) * (units[unit ?? ''] ?? 0);
  }
  // Go stores nanoseconds in an int64.
  if (sum > 2 ** 63 / 1e6) return undefined;
  return match[1] === '-' ? -sum : sum;
}
