/** Where something runs: what a program that it starts gets. */
export interface Surroundings {
  /** Absolute path of the folder that relative paths begin at. */
  readonly cwd: string;
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whoever can be stopped, as with Ctrl-C. */
export interface Stoppable {
  /**
   * Does work that leaves something behind when the program just ends. Meanwhile nothing ends it: the work hears
   * of it, stops, and cleans up.
   *
   * @param work Gets an `AbortSignal` that is aborted, with `Stopped`, when the program is to stop; programs that
   *   it runs take it as `cancelSignal`.
   * @returns What the work returns; throws what it throws.
   */
  stoppable<Result>(work: (stop: AbortSignal) => Promise<Result>): Promise<Result>;
}
