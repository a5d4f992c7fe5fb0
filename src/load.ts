import { pathToFileURL } from 'node:url';
import type { Problem } from './errors.js';

/**
 * Loads the default export of a TypeScript file that the operator wrote.
 *
 * @param path Absolute path.
 * @param where The file as the messages name it.
 * @returns The export, or why there is none.
 */
export async function loadDefault(
  path: string,
  where: string,
): Promise<{ value: unknown } | { problems: Problem[] }> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
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

/** esbuild reports a list, one `path:line:column: ERROR: text` a line; everything else is one message. */
function reason(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const errors = message.split('\n').filter((line) => line.includes(': ERROR: '));
  return (errors.length > 0 ? errors.join(', ') : (message.split('\n')[0] ?? ''))
    .replaceAll(`${path}:`, 'line ')
    .replaceAll(': ERROR:', ':');
}
