import type { BesidePlan } from '../beside/plan.js';
import type { AppSecretProps } from '../constructs/app-secret.js';
import { coded, type Problem, within } from '../errors.js';
import { groupBy } from '../group-by.js';
import { someOf } from '../platform/app-secret-shape.js';
import type { AppSecretsFile, DoubtfulSecret } from '../platform/app-secrets.js';
import type { HandOver } from '../platform/hand-over.js';
import type { Platform } from '../platform/platform.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import { storeWarnings } from '../platform/there-already.js';
import type { RepositoryView } from '../repository/scan.js';
import type { Repository } from '../repository.js';
import { characterProblems } from './characters.js';
import { configMapProblems } from './config-maps.js';
import { loadProblems, loadWarnings } from './connect-load.js';
import { dependencyProblems } from './dependencies.js';
import { keyProblems } from './keys.js';
import { leavingUnitProblems } from './leaving-units.js';
import { metadataProblems } from './metadata.js';
import { externalSecretClashProblems, nameClashProblems } from './name-clash.js';
import { namespaceWarnings } from './namespaces.js';
import { plaintextProblems } from './plaintext.js';
import { referenceProblems } from './references.js';
import { refreshProblems } from './refresh.js';
import { sameNameProblems } from './same-name.js';
import { sameObjectProblems } from './same-object.js';
import { typeProblems } from './secret-type.js';
import { sizeProblems } from './size.js';
import { templateProblems, templateWarnings } from './templates.js';
import { unitNameProblems } from './unit-names.js';

/** The guards that check one app secret, by the code of their problems. Their problems point to a field. */
const secretGuards: Readonly<
  Record<string, (secret: AppSecretProps, settings: ResolvedSettings) => Problem[]>
> = {
  characters: characterProblems,
  keys: keyProblems,
  metadata: metadataProblems,
  references: referenceProblems,
  refresh: refreshProblems,
  size: sizeProblems,
  templates: templateProblems,
  'secret-type': typeProblems,
};

/** Those that check each field on its own. */
const fieldGuards = ['characters', 'metadata', 'refresh', 'size', 'templates'];

/** What the guards check. */
export interface Guarded {
  /** Absolute path of the project. */
  readonly path: string;
  /** The git repository around it; undefined without git. */
  readonly repository: Repository | undefined;
  readonly settings: ResolvedSettings;
  readonly files: readonly AppSecretsFile[];
  readonly platform: Platform;
  readonly view: RepositoryView;
  /** The files beside apps. */
  readonly beside: BesidePlan;
  readonly handOvers: readonly HandOver[];
  /** Whether this synth removes the app secrets from the old units of `handOvers`. */
  readonly finishMove: boolean;
}

/**
 * Runs every guard.
 *
 * @returns `problems`: what would not work in the cluster or must not be committed; `warnings`: what may be a mistake.
 */
export function guard(guarded: Guarded): { problems: Problem[]; warnings: Problem[] } {
  const { path, files, settings, platform, view, beside } = guarded;
  const found = view.findSecrets(secretsIn(files));
  const dependencies = dependencyProblems(platform, settings, view);
  const others = found.secrets.filter(
    ({ file, namespace, name }) => !beside.told.has(`${file} ${namespace}/${name}`),
  );
  // For app secrets beside apps, the plan reports these clashes along with the way out.
  const inUnits = files.map(({ secrets, ...file }) => ({
    ...file,
    secrets: secrets.filter((secret) => secret.beside === undefined),
  }));
  const clashes = nameClashProblems(files, others, settings.allowSameName);
  const { namespace } = settings.flux;
  const leaving = coded('leaving-units', leavingUnitProblems(guarded.handOvers, files, settings, view));
  return {
    problems: [
      ...coded('plaintext', plaintextProblems(path, view.files.ofProject)),
      ...guardSecrets(guarded),
      ...coded('dependencies', dependencies.problems),
      ...(guarded.finishMove ? leaving : []),
      ...coded('unit-names', unitNameProblems(platform, view)),
      ...coded('same-object', sameObjectProblems(platform, settings, view)),
      ...coded('name-clash', [...clashes.problems, ...externalSecretClashProblems(inUnits, view)]),
      ...coded('templates', configMapProblems(files, view)),
      ...coded('beside', beside.problems),
    ],
    warnings: [
      ...files.flatMap((file) => ofEach(file, (secret) => coded('templates', templateWarnings(secret)))),
      ...coded('connect-load', loadWarnings(secretsIn(files), settings)),
      ...coded('stores', storeWarnings(settings, files, view)),
      ...coded('namespaces', namespaceWarnings(files, [settings.namespace, namespace], view)),
      ...coded('dependencies', dependencies.warnings),
      ...(guarded.finishMove ? [] : leaving),
      ...coded('name-clash', clashes.warnings),
      ...byPlace(coded('repository', [...found.warnings, ...view.warnings()])),
    ],
  };
}

/** The problems of a file's app secrets; one for several namespaces is reported only once. */
function ofEach(
  { file, secrets }: AppSecretsFile,
  problemsOf: (secret: AppSecretProps) => Problem[],
): Problem[] {
  const found = secrets.flatMap((secret) => problemsOf(secret).map((problem) => ({ secret, problem })));
  const same = groupBy(found, ({ secret: { name }, problem: { where, what, todo } }) =>
    JSON.stringify([name, where, what, todo]),
  );
  return [...same.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const places = [first, ...others].map(({ secret: { namespace, name } }) => `${namespace}/${name}`);
    return within(`${file}: ${someOf([...new Set(places)])}`, [first.problem]);
  });
}

function secretsIn(files: readonly AppSecretsFile[]): AppSecretProps[] {
  return files.flatMap(({ secrets }) => secrets);
}

function byPlace(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => (a.where < b.where ? -1 : 1));
}

/** Runs the guards that need only the app secrets and the settings. */
export function guardSecrets({ settings, files }: Pick<Guarded, 'settings' | 'files'>): Problem[] {
  const guardOne = (secret: AppSecretProps) =>
    Object.entries(secretGuards).flatMap(([code, problems]) => coded(code, problems(secret, settings)));
  const guardFields = ({ where, fields }: DoubtfulSecret) => {
    // Which names a template may use depends on whether there is one item or several.
    const { template, ...others } = fields;
    const isClear = fields.item !== undefined || fields.items !== undefined;
    const secret = { namespace: '', name: '', ...others, ...(isClear && template && { template }) };
    return within(
      where,
      fieldGuards.flatMap((code) => coded(code, secretGuards[code]?.(secret, settings) ?? [])),
    );
  };
  return [
    ...files.flatMap(({ doubtful = [] }) => doubtful.flatMap(guardFields)),
    ...files.flatMap((file) => ofEach(file, guardOne)),
    ...coded('same-name', sameNameProblems(files)),
    ...coded('connect-load', loadProblems(secretsIn(files), settings)),
  ];
}
