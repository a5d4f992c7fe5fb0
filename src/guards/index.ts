import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { Platform } from '../platform/platform.js';
import type { ResolvedSettings } from '../platform/settings.js';
import { scanRepository } from '../repository/scan.js';
import type { Repository } from '../repository.js';
import { constructProblems } from './constructs.js';
import { dependencyProblems } from './dependencies.js';
import { nameClashProblems } from './name-clash.js';
import { sameNameProblems } from './same-name.js';

/** Where the project is, and what its settings allow. */
export interface Surroundings {
  /** Absolute path of the project. */
  readonly project: string;
  /** undefined without git. */
  readonly repository: Repository | undefined;
  readonly settings: ResolvedSettings;
}

/**
 * Runs every guard.
 *
 * @returns `problems`: all that would not work in the cluster; `warnings`: what is worth a look.
 */
export function guard(
  platform: Platform,
  files: readonly AppSecretsFile[],
  { project, repository, settings }: Surroundings,
): { problems: Problem[]; warnings: Problem[] } {
  const names = files.flatMap(({ secrets }) => secrets.map(({ name }) => name));
  const found = scanRepository(project, repository, names);
  return {
    problems: [
      ...constructProblems(platform),
      ...sameNameProblems(files),
      ...dependencyProblems(platform),
      ...nameClashProblems(files, found.secrets, settings.allowSameName),
    ],
    warnings: found.warnings,
  };
}
