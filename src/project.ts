import { join } from 'node:path';
import { type BesidePlan, planBeside } from './beside/plan.js';
import { problemsIn } from './constructs/validation.js';
import { coded, type Problem } from './errors.js';
import { loadDefault } from './load-default.js';
import { type AppSecretsFile, readAppSecrets } from './platform/app-secrets.js';
import { hasNamespace } from './platform/context.js';
import { readCredentials } from './platform/credentials-file.js';
import { settingsFromRepository } from './platform/flux-settings.js';
import { findHandOvers, type HandOver } from './platform/hand-over.js';
import { type Compose, composeCluster, type Platform } from './platform/platform.js';
import { projectPrefix, resolveSettings } from './platform/resolve-settings.js';
import { settingsFile } from './platform/settings.js';
import type { ResolvedSettings } from './platform/settings-schema.js';
import { existingProblems, settingsFromStore } from './platform/there-already.js';
import { RepositoryView } from './repository/scan.js';
import { findRepository, type Repository } from './repository.js';
import { expiryIn, tokenWarnings } from './token-expiry.js';

/** A project, read from its files and composed in memory. */
export interface Project {
  /** Its absolute path. */
  readonly path: string;
  /** The git repository around it; undefined without git. */
  readonly repository: Repository | undefined;
  readonly settings: ResolvedSettings;
  /** The app secrets, file by file. */
  readonly files: readonly AppSecretsFile[];
  /** The app secrets that `dist/` still has in another unit. */
  readonly handOvers: readonly HandOver[];
  /** Whether they leave the old unit; otherwise both units contain them. */
  readonly finishMove: boolean;
  /** Whether there is a bootstrap Secret. */
  readonly hasCredentials: boolean;
  readonly platform: Platform;
  /** The files beside apps. */
  readonly beside: BesidePlan;
  /** The repository around it, as Flux sees it. */
  readonly view: RepositoryView;
  /** Every problem found; a default replaces what is invalid. */
  readonly problems: readonly Problem[];
  /** What may be a mistake. */
  readonly warnings: readonly Problem[];
  /** What was read from the repository instead of from the settings, one line each. */
  readonly said: readonly string[];
}

/** How a project is composed. */
export interface ComposeOptions {
  /** Whether moved app secrets leave their old unit. @default false */
  readonly finishMove?: boolean;
  /** The function that the project's `main.ts` passes to `run`. @default - that of the `main.ts` that ships */
  readonly compose?: Compose | undefined;
}

/**
 * Reads the project's files (settings, app secrets, credentials) and composes the platform from them.
 *
 * @param path Absolute path of the project.
 * @param more Additional app secrets, as if they had a file. @default - none
 * @returns The project, with every problem found.
 * @throws OperatorError if the credentials exist and can't be read.
 */
export async function composeProject(
  path: string,
  more: readonly AppSecretsFile[] = [],
  { finishMove = false, compose = composeCluster }: ComposeOptions = {},
): Promise<Project> {
  const page = await loadDefault(join(path, settingsFile), settingsFile);
  const given = 'value' in page ? page.value : {};
  const resolved = resolveSettings(given, settingsFile);
  const secrets = await readAppSecrets(path);
  const files = [...secrets.files, ...more];
  const repository = findRepository(path);
  const credentials = readCredentials(path);
  const { otherClusters, namespace } = resolved.settings;
  const prefix = projectPrefix(resolved.settings, repository);
  const view = new RepositoryView({ project: path, repository, otherClusters }, prefix);
  const found = settingsFromRepository(resolved.settings, given, view.model);
  const fromStore = settingsFromStore(found.settings, given, view);
  const { settings } = fromStore;
  const existing = existingProblems(settings, view, settingsFile);
  const namespaceFile = hasNamespace(settings) ? view.namespaceFile(namespace) : undefined;
  const handOvers = findHandOvers(join(path, 'dist'), files, settings);
  const platform = await compose({
    settings,
    prefix,
    credentials,
    secrets: files,
    namespaceIsThere: namespaceFile !== undefined,
    handOvers: finishMove ? [] : handOvers,
  });
  const beside = planBeside({ repository, settings, view, platform, files, handOvers, finishMove });
  return {
    path,
    repository,
    settings,
    files,
    handOvers,
    finishMove,
    hasCredentials: credentials !== undefined,
    platform,
    beside,
    view,
    warnings: [
      ...found.warnings,
      ...existing.warnings,
      ...tokenWarnings(expiryIn(credentials?.content), new Date()),
    ],
    said: [
      ...found.said,
      ...fromStore.said,
      ...(namespaceFile === undefined
        ? []
        : [`dist/ leaves the Namespace ${namespace} to ${namespaceFile}, which already creates it`]),
    ],
    problems: [
      ...coded('settings', [
        ...('problems' in page ? page.problems : []),
        ...resolved.problems,
        ...(resolved.problems.length === 0 ? existing.problems : []),
      ]),
      ...coded('app-secrets', secrets.problems),
      ...problemsIn(platform),
    ],
  };
}
