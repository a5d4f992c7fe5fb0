import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Problem } from './errors.js';

/**
 * Loads the default export of a project's TypeScript file.
 *
 * @param path Absolute path.
 * @param where The file as messages name it.
 * @returns The export, or why there is none. A file that has changed since it was loaded is loaded again, but its
 *   imports are not.
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
    const what = "can't be loaded: an await in it never resolves";
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

/** How long a file may take to load, in milliseconds. */
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

/** The value of a promise, or undefined if it never settles: Node has nothing left to do, or time is up. */
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

/** Exports of `src/index.ts` that a project's file may have forgotten to import. */
const words = ['appSecret', 'defineSettings', 'existing', 'externalUnit'];

function todoFor(error: unknown): string {
  const [, name = ''] = /^(\w+) is not defined$/.exec(error instanceof Error ? error.message : '') ?? [];
  return words.includes(name)
    ? `add \`import { ${name} } from '#cluster-secrets';\` at the top, or add the name to the existing import`
    : 'correct the file';
}

/** Digests of the files as first loaded, by path. */
const loaded = new Map<string, string>();

/** The URL to import a file from. Node caches modules by URL, so changed content gets a new one. */
function urlOf(path: string): string {
  const { href } = pathToFileURL(path);
  let digest: string;
  try {
    digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    // The import will say why.
    return href;
  }
  const first = loaded.get(path) ?? digest;
  loaded.set(path, first);
  return first === digest ? href : `${href}?${digest}`;
}

/** Why a file failed to load, on one line. esbuild lists its errors as lines of `path:line:column: ERROR: text`. */
function reason(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const errors = message.split('\n').filter((line) => line.includes(': ERROR: '));
  return (errors.length > 0 ? errors.join(', ') : (message.split('\n')[0] ?? ''))
    .replaceAll(`${path}:`, 'line ')
    .replaceAll(': ERROR:', ':');
}
