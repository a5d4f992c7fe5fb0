import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { BootstrapSecret } from '../constructs/bootstrap-secret.js';
import { Unit } from '../constructs/unit.js';
import { OperatorError, type Problem } from '../errors.js';
import type { PlatformContext } from './context.js';

/** The SOPS file that `npm run bootstrap` writes, relative to the project. */
export const credentialsFile = 'src/platform/onepassword-secret.sops.yaml';

/**
 * Reads the SOPS file.
 *
 * @param project Folder of the project.
 * @returns undefined when there is none yet.
 * @throws OperatorError when there is one that can't be read.
 */
export function readCredentials(project: string): Buffer | undefined {
  try {
    return readFileSync(join(project, credentialsFile));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const what = `can't be read (${code})`;
    throw new OperatorError([
      { where: credentialsFile, what, todo: 'check what it is, and who may read it' },
    ]);
  }
}

/**
 * The unit `onepassword-credentials`: the bootstrap Secret, decrypted by Flux.
 *
 * Without a file the unit is empty and its health check says within half a minute that the Secret is not
 * there; Connect waits for it either way.
 *
 * @param content The SOPS file; undefined before the first `npm run bootstrap`.
 * @returns The unit, the digest of the file for Connect's pods, and what is wrong with the file.
 */
export function onepasswordCredentials(
  scope: Construct,
  { settings, flux }: PlatformContext,
  content: Buffer | undefined,
): { unit: Unit; digest: string | undefined; problems: Problem[] } {
  const { namespace, credentialsSecret: name } = settings;
  const unit = new Unit(scope, 'onepassword-credentials', {
    flux,
    timeout: '30s',
    healthChecks: [{ apiVersion: 'v1', kind: 'Secret', name, namespace }],
    ...(content && { decryptionSecret: settings.flux.sopsSecret }),
  });
  if (!content) return { unit, digest: undefined, problems: [] };
  const secret = new BootstrapSecret(unit, 'onepassword-secret', { name, namespace, content });
  return {
    unit,
    digest: secret.digest,
    problems: secret.findings.map(({ field, what }) => ({
      where: field ? `${credentialsFile}: ${field}` : credentialsFile,
      what,
      todo: 'make it again with `npm run bootstrap -- --rotate`',
    })),
  };
}
