import type { Compose } from '../platform/platform.js';
import type { Stoppable, Surroundings } from '../surroundings.js';

/** Standard input, or a stand-in. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Standard output or standard error, or a stand-in. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Everything a command knows about its process. */
export interface Io extends Surroundings, Stoppable {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** How the project's `main.ts` composes the cluster. @default - like the `main.ts` we ship */
  readonly compose?: Compose | undefined;
}

/** Writes one or more lines. */
export function print(to: Output, lines: string): void {
  to.write(`${lines}\n`);
}
