/** The working directory and environment of a command, which the programs it starts inherit. */
export interface Surroundings {
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Something that can be stopped, for instance with Ctrl-C. */
export interface Stoppable {
  /**
   * Runs work that must clean up after itself. Until it is done, a signal does not end the program, but tells the
   * work to stop.
   *
   * @param work Receives an `AbortSignal` that is aborted with `Stopped` when the program must stop. Pass it as
   *   `cancelSignal` to the programs that the work runs.
   * @returns The result of the work.
   * @throws Whatever the work throws.
   */
  stoppable<Result>(work: (stop: AbortSignal) => Promise<Result>): Promise<Result>;
}
