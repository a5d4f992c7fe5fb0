import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Construct } from 'constructs';
import { AppSecret, type AppSecretProps } from '../constructs/app-secret.js';
import type { UnitReference } from '../constructs/external-unit.js';
import { Unit } from '../constructs/unit.js';
import type { Problem } from '../errors.js';
import { loadDefault } from '../load-default.js';
import { checkAppSecret } from './app-secret-shape.js';
import { externalSecretHealth, type PlatformContext } from './context.js';

/** The app secrets of one file under `src/secrets/`. */
export interface AppSecretsFile {
  /** The file, relative to the project. */
  readonly file: string;
  /** Name of the unit: `secrets-<file>`. */
  readonly unitName: string;
  readonly secrets: readonly AppSecretProps[];
}

/**
 * What a file under `src/secrets/` is called, without `.ts`. Flux puts the name of a Kustomization into a
 * label, and the value of a label has at most 63 characters.
 */
export const fileName = /^[a-z0-9]([a-z0-9-]{0,53}[a-z0-9])?$/;

const folder = 'src/secrets';

/**
 * Reads `src/secrets/`: every `<app>.ts` there, without registration. Files whose name begins with `_` or
 * `.` are left alone.
 *
 * @param project Folder of the project.
 * @returns The files with their app secrets, sorted by name, and all that is wrong with them.
 */
export async function readAppSecrets(
  project: string,
): Promise<{ files: AppSecretsFile[]; problems: Problem[] }> {
  const read = await Promise.all(listFolder(join(project, folder)).map((entry) => readFile(project, entry)));
  return {
    files: read.flatMap(({ file }) => file ?? []),
    problems: read.flatMap(({ problems }) => problems),
  };
}

async function readFile(
  project: string,
  entry: string,
): Promise<{ file?: AppSecretsFile; problems: Problem[] }> {
  const file = `${folder}/${entry}`;
  const app = basename(entry, '.ts');
  if (!entry.endsWith('.ts')) {
    return { problems: [{ where: file, what: 'is not read', todo: 'keep only <app>.ts files there' }] };
  }
  const problems: Problem[] = [];
  if (!fileName.test(app)) {
    const todo = 'name the file with at most 55 lower-case letters, digits and -';
    problems.push({ where: file, what: `'secrets-${app}' is no name for a Flux Kustomization`, todo });
  }
  const loaded = await loadDefault(join(project, file), file);
  if ('problems' in loaded) return { problems: [...problems, ...loaded.problems] };
  const checked = [loaded.value].flat().map((secret) => checkAppSecret(secret, file));
  problems.push(...checked.flatMap((result) => ('problems' in result ? result.problems : [])));
  if (checked.length === 0) {
    problems.push({ where: file, what: 'exports no app secret', todo: 'add one, or delete the file' });
  }
  const secrets = checked.flatMap((result) => ('value' in result ? [result.value] : []));
  return { file: { file, unitName: `secrets-${app}`, secrets }, problems };
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((entry) => !/^[._]/.test(entry))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The unit `secrets-<app>`: the ExternalSecrets of one file, after the store and all that they wait for. */
export function appSecrets(
  scope: Construct,
  { settings, flux }: PlatformContext,
  store: Unit,
  { unitName, secrets }: AppSecretsFile,
): Unit {
  const waitsFor = new Map<string, UnitReference>();
  for (const unit of secrets.flatMap((secret) => secret.waitsFor ?? [])) {
    waitsFor.set(`${unit.unitNamespace ?? flux.namespace}/${unit.unitName}`, unit);
  }
  const unit = new Unit(scope, unitName, {
    flux,
    dependsOn: [store, ...waitsFor.values()],
    timeout: '1m',
    wait: true,
    healthCheckExprs: [externalSecretHealth],
  });
  for (const secret of secrets) {
    const id = `${secret.namespace}.${secret.name}`;
    // A second one of the same name is what the guards tell the operator about.
    if (unit.node.tryFindChild(id)) continue;
    new AppSecret(unit, id, secret, {
      storeName: settings.store.name,
      refreshInterval: settings.refreshInterval,
    });
  }
  return unit;
}
