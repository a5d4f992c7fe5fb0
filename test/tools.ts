/** Outside programs that some tests drive. The product needs none of them, except the operator's own sops. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where programs are kept that only tests need. */
export const toolsFolder = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'cluster-secrets',
);

/**
 * Finds a program on the PATH, or among those that `npm run test:tools` keeps.
 *
 * @returns Its path, or undefined when it is missing: the test then says so and is skipped, except where
 *   `CI` is set. There a missing program is a failure.
 */
export function findTool(name: string): string | undefined {
  const path = [...(process.env['PATH'] ?? '').split(delimiter), toolsFolder]
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
  if (path === undefined) {
    if (process.env['CI']) throw new Error(`${name} is missing, and CI is set`);
    console.warn(`skipped: ${name} is not installed`);
  }
  return path;
}
