import { type AppSecretProps, externalSecretNameOf } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { keysOf } from '../external-secret/source.js';
import { groupBy } from '../group-by.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import { identity } from '../repository/objects.js';
import type { RepositoryView } from '../repository/scan.js';
import { secretsMadeBy } from '../repository/secret-makers.js';
import type { FoundSecret } from '../repository/secrets.js';

const gone = 'External Secrets Operator would take it over at once, drop its old keys and report Ready';

/**
 * App secrets whose Secret something else in the repository also creates. ESO would take over the existing Secret at
 * once, drop its old keys and report Ready; nothing in the cluster would warn about it.
 *
 * @param found The Secrets in the repository.
 * @param allowed The setting `allowSameName`: Secrets of unknown name or namespace that do not clash.
 * @returns A problem for each clash and for each entry of `allowed` without one; a warning for each clash with
 *   something that Flux does not apply yet.
 */
export function nameClashProblems(
  files: readonly AppSecretsFile[],
  found: readonly FoundSecret[],
  allowed: ResolvedSettings['allowSameName'],
): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const used = new Set<number>();
  const told = new Set<string>();
  const made = new Set(
    files
      .flatMap(({ secrets }) => secrets)
      .filter(({ creationPolicy }) => creationPolicy !== 'Merge')
      .map(({ namespace, name }) => `${namespace}/${name}`),
  );
  const bySecret = groupBy(found, ({ namespace, name }) => `${namespace}/${name}`);
  for (const { file, secrets } of files) {
    for (const app of secrets) {
      const secret = `${app.namespace}/${app.name}`;
      if (app.creationPolicy === 'Merge') {
        const merged = mergeProblems(app, file, bySecret.get(secret) ?? []);
        problems.push(...merged.problems);
        // Other guards report an app secret that creates it. Several that merge keys into it get one warning.
        if (!told.has(secret) && !made.has(secret)) warnings.push(...merged.warnings);
        told.add(secret);
        continue;
      }
      for (const other of bySecret.get(secret) ?? []) {
        const { unknown, what, dead } = other;
        const allow = allowed.findIndex((one) => one.secret === secret && one.file === other.file);
        if ((unknown || dead) && allow >= 0) {
          used.add(allow);
          continue;
        }
        const where = `${file}: ${secret}`;
        const is = unknown
          ? `may be ${what} in ${other.file} (${unknown} unknown)`
          : `is already ${what} in ${other.file}`;
        if (dead) {
          warnings.push({
            where,
            what: `${is}, which Flux does not apply yet: once it does, ${gone}`,
            todo: `delete ${other.file}, or rename one of the two before Flux applies it`,
          });
          continue;
        }
        problems.push({
          where,
          what: `${is}: ${gone}`,
          todo: unknown
            ? `write its ${unknown} there, rename this one, or allow it with allowSameName in src/settings.ts`
            : `rename this one, or delete ${other.file} first`,
        });
      }
    }
  }
  for (const [index, { secret, file }] of allowed.entries()) {
    if (used.has(index)) continue;
    const what = `allows ${secret} beside ${file}, but the two do not clash`;
    problems.push({ where: `src/settings.ts: allowSameName[${index}]`, what, todo: 'remove it' });
  }
  return { problems, warnings };
}

/**
 * Checks keys to merge into a Secret that something else creates. The Secret must exist, because ESO does not create
 * it. No ExternalSecret may own it, because ESO lets no other one write to it. And its own keys must be left alone:
 * ESO would overwrite them, and remove them along with the key in the app secret.
 */
function mergeProblems(
  app: AppSecretProps,
  file: string,
  found: readonly FoundSecret[],
): { problems: Problem[]; warnings: Problem[] } {
  const where = `${file}: ${app.namespace}/${app.name}`;
  const alive = found.filter(({ dead }) => !dead);
  const makers = alive.filter(({ creationPolicy }) => creationPolicy !== 'Merge');
  if (makers.length === 0) {
    const what =
      'nothing in this repository creates this Secret, and with creationPolicy Merge External Secrets Operator does not either: the app secret is not ready until the Secret exists';
    const todo = 'correct the name, or remove creationPolicy, unless something else creates it';
    return { problems: [], warnings: [{ where, what, todo }] };
  }
  const problems = makers.flatMap((maker): Problem[] => {
    if (maker.unknown) return [];
    if (maker.creationPolicy !== undefined) {
      const what = `is ${maker.what} in ${maker.file}, and External Secrets Operator lets no other ExternalSecret write to it`;
      return [{ where, what, todo: 'add the keys there, or choose another name' }];
    }
    const { content } = maker;
    if (!content) return [];
    const shared = [
      ...(keysOf(app) ?? []).filter((key) => content.keys.includes(key)).map((key) => `the key ${key}`),
      ...Object.keys(app.labels ?? {})
        .filter((key) => content.labels.includes(key))
        .map((key) => `the label ${key}`),
      ...Object.keys(app.annotations ?? {})
        .filter((key) => content.annotations.includes(key))
        .map((key) => `the annotation ${key}`),
    ];
    if (shared.length === 0) return [];
    const what = `writes ${shared.join(', ')}, which ${maker.what} in ${maker.file} sets as well: the two would overwrite each other`;
    return [{ where, what, todo: 'keep it in one of the two' }];
  });
  return { problems, warnings: [] };
}

/**
 * ExternalSecrets in the repository with the same name as one of ours but another Secret: the two would be one
 * object. `nameClashProblems` reports those with the same Secret.
 */
export function externalSecretClashProblems(
  files: readonly AppSecretsFile[],
  view: Pick<RepositoryView, 'sameObjects'>,
): Problem[] {
  const declared = files.flatMap(({ file, secrets }) =>
    secrets.map((secret) => {
      const { namespace } = secret;
      const metadata = { namespace, name: externalSecretNameOf(secret) };
      return {
        file,
        secret,
        object: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata },
      };
    }),
  );
  if (declared.length === 0) return [];
  const found = view.sameObjects(declared.map(({ object }) => object));
  return declared.flatMap(({ file, secret, object }) => {
    const others = (found.get(identity(object)) ?? []).filter((other) => {
      const [made] = secretsMadeBy(other.object);
      return (
        made?.name !== secret.name || (secret.creationPolicy === 'Merge' && made.creationPolicy === 'Merge')
      );
    });
    return [...new Set(others.map((other) => other.file))].map((other) => ({
      where: `${file}: ${secret.namespace}/${secret.name}: externalSecretName`,
      what: `the ExternalSecret ${secret.namespace}/${object.metadata.name} is also in ${other}, and the two would undo each other's work`,
      todo: 'choose another externalSecretName, or delete that one first',
    }));
  });
}
