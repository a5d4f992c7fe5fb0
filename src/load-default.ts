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
  let module: { readonly default?: unknown } | undefined;
  try {
    module = await settled(import(urlOf(path)));
  } catch (error) {
    return {
      problems: [{ where, what: `can't be loaded (${reason(error, path)})`, todo: todoFor(error) }],
    };
  }
  if (module === undefined) {
    const what = "can't be loaded: an await in it never ends";
    return { problems: [{ where, what, todo: 'remove the await' }] };
  }
  if (module.default === undefined) {
    return { problems: [{ where, what: 'has no default export', todo: 'write `export default`' }] };
  }
  if (module.default instanceof Promise) {
    return { problems: [{ where, what: 'exports a promise', todo: 'write `export default await ...`' }] };
  }
  return { value: module.default };
}

/** How long a file may take to load. */
const patience = 60_000;

/** Resolves when Node has nothing left to do; one listener for all files. */
let idle: Promise<undefined> | undefined;

function whenIdle(): Promise<undefined> {
  idle ??= new Promise((resolve) => {
    process.once('beforeExit', () => {
      idle = undefined;
      resolve(undefined);
    });
  });
  return idle;
}

/** What a promise gives, or undefined when it never will: Node has nothing left to do, or too much time has gone. */
async function settled<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience).unref();
  });
  try {
    return await Promise.race([promise, whenIdle(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The words of `src/index.ts` that an operator's file may lack an import of. */
const words = ['appSecret', 'defineSettings', 'existing', 'externalUnit'];

function todoFor(error: unknown): string {
  const [, name = ''] = /^(\w+) is not defined$/.exec(error instanceof Error ? error.message : '') ?? [];
  return words.includes(name)
    ? `add \`import { ${name} } from '#cluster-secrets';\` at the top, or the name to the import that is there`
    : 'correct the file';
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
