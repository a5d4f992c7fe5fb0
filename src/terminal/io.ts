import type { Compose } from '../platform/platform.js';
import type { Stoppable, Surroundings } from '../surroundings.js';

/** Standard input, or what stands in its place. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Standard output or standard error, or what stands in its place. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** All that a command knows of the process that it runs in. */
export interface Io extends Surroundings, Stoppable {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** How the project's `main.ts` composes its cluster. @default - as the one that ships */
  readonly compose?: Compose | undefined;
}

/** Writes a line, or several. */
export function print(to: Output, lines: string): void {
  to.write(`${lines}\n`);
}
