/** Why the work ends before its time: somebody stopped the program. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('stopped');
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does work that leaves something behind when the program just ends, as it does at Ctrl-C. While it runs,
 * such a signal ends nothing by itself: the work hears of it, stops, and cleans up.
 *
 * @param work Gets an `AbortSignal` that is aborted when the program is to stop; programs that it runs take
 *   it as `cancelSignal`.
 * @returns What the work returns; throws what it throws.
 */
export async function stoppable<Result>(work: (stop: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const stop = () => controller.abort(new Stopped());
  // npm passes a Ctrl-C on, so that it can come twice.
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
