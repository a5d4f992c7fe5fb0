import { setTimeout as sleep } from 'node:timers/promises';

const interval = 500;

/**
 * Polls twice a second until there is an answer.
 *
 * @param limit Timeout in milliseconds; `read` is called at least once.
 * @param signal Ends the wait. @default - none
 * @returns The answer; undefined on timeout.
 * @throws What `read` throws, or the signal's reason.
 */
export async function until<Answer>(
  read: () => Promise<Answer | undefined>,
  limit: number,
  signal?: AbortSignal,
): Promise<Answer | undefined> {
  const end = performance.now() + limit;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await read();
    if (answer !== undefined) return answer;
    const left = end - performance.now();
    if (left <= 0) return undefined;
    // The loop throws the abort, with its own reason.
    await sleep(Math.min(interval, left), undefined, signal && { signal }).catch(() => {});
  }
}
