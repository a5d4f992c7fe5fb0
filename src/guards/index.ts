import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { Platform } from '../platform/platform.js';
import { constructProblems } from './constructs.js';
import { dependencyProblems } from './dependencies.js';
import { sameNameProblems } from './same-name.js';

/**
 * Runs every guard.
 *
 * @returns All that would not work in the cluster.
 */
export function guard(platform: Platform, files: readonly AppSecretsFile[]): Problem[] {
  return [...constructProblems(platform), ...sameNameProblems(files), ...dependencyProblems(platform)];
}
