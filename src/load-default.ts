import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Problem } from './errors.js';

/**
 * Loads the default export of a TypeScript file that the operator wrote.
 *
 * @param path Absolute path.
 * @param where The file as the messages name it.
 * @returns The export, or why there is none. A file that changed since it was loaded is loaded anew, without
 *   what it imports itself.
 */
export async function loadDefault(
  path: string,
  where: string,
): Promise<{ value: unknown } | { problems: Problem[] }> {
  let module: { readonly default?: unknown };
  try {
    module = await import(urlOf(path));
  } catch (error) {
    return {
      problems: [{ where, what: `can't be loaded (${reason(error, path)})`, todo: 'correct the file' }],
    };
  }
  if (module.default === undefined) {
    return { problems: [{ where, what: 'has no default export', todo: 'write `export default`' }] };
  }
  if (module.default instanceof Promise) {
    return { problems: [{ where, what: 'exports a promise', todo: 'write `export default await ...`' }] };
  }
  return { value: module.default };
}

/** Digests of the files that were loaded, by path. */
const loaded = new Map<string, string>();

/** The address to import a file from. Node keeps a module by its address, so another content gets another one. */
function urlOf(path: string): string {
  const { href } = pathToFileURL(path);
  let digest: string;
  try {
    digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    // The import says why.
    return href;
  }
  const first = loaded.get(path) ?? digest;
  loaded.set(path, first);
  return first === digest ? href : `${href}?${digest}`;
}

/** esbuild reports a list, one `path:line:column: ERROR: text` a line; everything else is one message. */
function reason(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const errors = message.split('\n').filter((line) => line.includes(': ERROR: '));
  return (errors.length > 0 ? errors.join(', ') : (message.split('\n')[0] ?? ''))
    .replaceAll(`${path}:`, 'line ')
    .replaceAll(': ERROR:', ':');
}
