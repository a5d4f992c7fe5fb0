import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { Platform } from '../platform/platform.js';
import type { ResolvedSettings } from '../platform/settings.js';
import { scanRepository } from '../repository/scan.js';
import type { Repository } from '../repository.js';
import { constructProblems } from './constructs.js';
import { dependencyProblems } from './dependencies.js';
import type { Finding } from './finding.js';
import { keyFindings } from './keys.js';
import { loadProblems } from './load.js';
import { metadataFindings } from './metadata.js';
import { nameClashProblems } from './name-clash.js';
import { plaintextProblems } from './plaintext.js';
import { referenceFindings } from './references.js';
import { sameNameProblems } from './same-name.js';
import { typeFindings } from './secret-type.js';
import { sizeFindings } from './size.js';
import { templateFindings } from './templates.js';
import { unitNameProblems } from './unit-names.js';

/** The guards that look at one app secret. */
const secretGuards: readonly ((secret: AppSecretProps, settings: ResolvedSettings) => Finding[])[] = [
  keyFindings,
  metadataFindings,
  referenceFindings,
  sizeFindings,
  templateFindings,
  typeFindings,
];

/** What the guards look at. */
export interface Guarded {
  /** Absolute path of the project. */
  readonly path: string;
  /** undefined without git. */
  readonly repository: Repository | undefined;
  readonly settings: ResolvedSettings;
  readonly files: readonly AppSecretsFile[];
  readonly platform: Platform;
}

/**
 * Runs every guard.
 *
 * @returns `problems`: all that would not work in the cluster, or must not be committed; `warnings`: what is
 *   worth a look.
 */
export function guard(guarded: Guarded): { problems: Problem[]; warnings: Problem[] } {
  const { path, repository, files, settings, platform } = guarded;
  const { otherClusters } = settings;
  const secrets = files.flatMap((file) => file.secrets);
  const found = scanRepository({ project: path, repository, otherClusters }, secrets);
  const dependencies = dependencyProblems(platform, settings, found.placement);
  return {
    problems: [
      ...plaintextProblems(path),
      ...guardPlatform(guarded),
      ...dependencies.problems,
      ...unitNameProblems(platform, found.placement),
      ...nameClashProblems(files, found.secrets, settings.allowSameName),
    ],
    warnings: [...dependencies.warnings, ...found.warnings],
  };
}

/** The guards that look at nothing but the platform itself. */
export function guardPlatform({
  settings,
  files,
  platform,
}: Omit<Guarded, 'path' | 'repository'>): Problem[] {
  const secrets = files.flatMap((file) => file.secrets);
  return [
    ...constructProblems(platform),
    ...files.flatMap(({ file, secrets }) =>
      secrets.flatMap((secret) =>
        secretGuards
          .flatMap((guardOne) => guardOne(secret, settings))
          .map(({ field, what, todo }) => ({
            where: `${file}: ${secret.namespace}/${secret.name}: ${field}`,
            what,
            todo,
          })),
      ),
    ),
    ...sameNameProblems(files),
    ...loadProblems(secrets, settings),
  ];
}
