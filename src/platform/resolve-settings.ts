import { join } from 'node:path';
import type { z } from 'zod';
import { OperatorError, type Problem } from '../errors.js';
import { loadDefault } from '../load-default.js';
import type { Repository } from '../repository.js';
import { isTree, type Tree } from '../tree.js';
import { isExisting } from './existing.js';
import { settingsFile } from './settings.js';
import { type ResolvedSettings, settingsFields, settingsSchema } from './settings-schema.js';
import { checkShape, isTooLong, tooLong } from './shape.js';

/**
 * Reads the settings of a project, for commands that need valid ones.
 *
 * @param project Folder of the project.
 * @throws OperatorError with every problem found.
 */
export async function loadSettings(project: string): Promise<ResolvedSettings> {
  const page = await loadDefault(join(project, settingsFile), settingsFile);
  if ('problems' in page) throw new OperatorError(page.problems);
  const { settings, problems } = resolveSettings(page.value, settingsFile);
  if (problems.length > 0) throw new OperatorError(problems);
  return settings;
}

/**
 * Checks the settings and fills in the defaults.
 *
 * @param input What `src/settings.ts` exports, of any shape: it may not have been type-checked.
 * @param where Name of that file, for the messages.
 * @returns `problems`, and `settings` with defaults in place of invalid fields.
 */
export function resolveSettings(
  input: unknown,
  where: string,
): { settings: ResolvedSettings; problems: Problem[] } {
  // zod treats an instance of a class as an object without fields.
  const plain = typeof input !== 'object' || input === null || isTree(input) ? input : 'an object of a class';
  const result = checkShape(settingsSchema, plain, where);
  const given = isTree(input) ? input : {};
  if ('value' in result) {
    return { settings: result.value, problems: togetherProblems(result.value, given, where) };
  }
  const settings = soundSettings(given);
  // A field that seems missing in an invalid part may just be the invalid one.
  const unclear = ['connect', 'store'].some((part) => !isSound(part, given));
  const more = togetherProblems(settings, given, where).filter(
    (problem) => !(unclear && problem.where.startsWith(`${where}: connect.`)),
  );
  return { settings, problems: [...result.problems, ...more] };
}

/** Whether a field is valid on its own. */
function isSound(field: string, given: Tree): boolean {
  const shapes: Record<string, z.ZodType> = settingsFields.shape;
  if (!Object.hasOwn(given, field)) return true;
  return Object.hasOwn(shapes, field) && shapes[field]?.safeParse(given[field]).success === true;
}

/** The fields that are valid on their own. A part that is `existing()` stays so even if its details are invalid. */
function soundSettings(given: Tree): ResolvedSettings {
  const sound = Object.entries(given).flatMap(([field, value]) => {
    if (isSound(field, given)) return [[field, value]];
    if (!isTree(value) || !('existing' in value)) return [];
    return [[field, { existing: field === 'store' ? { name: 'onepassword' } : {} }]];
  });
  return settingsSchema.parse(Object.fromEntries(sound));
}

/**
 * Problems between settings that are valid on their own.
 *
 * @param given What the user wrote.
 */
function togetherProblems(settings: ResolvedSettings, given: Tree, where: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  const { connect, refreshInterval, store, vaults } = settings;
  if (isExisting(connect)) {
    const { host, token } = connect.existing;
    if (!store.isExisting && host === undefined) {
      const todo = "write its address: existing({ host: 'http://onepassword-connect:8080', ... })";
      say('connect.existing.host', 'is missing, and the store needs it', todo);
    }
    if (!store.isExisting && token === undefined) {
      const todo = "name the Secret with a token of that server: token: { namespace: '...', name: '...' }";
      say('connect.existing.token', 'is missing, and the store needs it', todo);
    }
    if (given['credentialsSecret'] !== undefined) {
      const todo = store.isExisting
        ? 'remove it'
        : 'remove it, and name the Secret in connect.existing.token';
      say(
        'credentialsSecret',
        'is only for a Connect server that this project installs, and this cluster has its own',
        todo,
      );
    }
    if (given['networkPolicy'] === true) {
      const what = 'is only for a Connect server that this project installs, and this cluster has its own';
      say('networkPolicy', what, 'leave it out');
    }
  }
  if (store.provider === 'onepasswordSDK') {
    if (!isExisting(connect)) {
      const what = 'is not used: an onepasswordSDK store reads 1Password directly';
      say('connect', what, 'leave it out');
    }
    if (vaults.length > 1) {
      const what = `names ${vaults.length} vaults, but an onepasswordSDK store reads only one`;
      say('vaults', what, 'list the vault the store reads');
    }
  } else if (isTooLong(refreshInterval)) {
    say('refreshInterval', `'${refreshInterval}' ${tooLong.what}`, tooLong.todo);
  }
  return problems;
}

/**
 * Folder of the project in the repository that Flux watches.
 *
 * @param repository The git repository around the project; undefined without git.
 * @returns '' for the top of the repository, else a path with a trailing `/`.
 */
export function projectPrefix(settings: ResolvedSettings, repository: Repository | undefined): string {
  const { path } = settings.flux;
  if (path === undefined) return repository?.prefix ?? '';
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.map((part) => `${part}/`).join('');
}
