import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { within } from '../errors.js';
import { checkSopsSecret } from '../sops-secret.js';
import type { Unit } from './unit.js';
import { addCheck } from './validation.js';

/** Input of a `BootstrapSecret`. */
export interface BootstrapSecretProps {
  /** The `metadata.name` that the Secret must have. */
  readonly name: string;
  /** The `metadata.namespace` that the Secret must have. */
  readonly namespace: string;
  /** The content of the SOPS file. */
  readonly content: Buffer;
  /** The name of the file in messages. @default - the path of the construct */
  readonly file?: string;
}

/**
 * The keys of the Secret: Connect's credentials file, and the token with which External Secrets Operator authenticates
 * to it.
 */
export const bootstrapKeys = ['1password-credentials.json', 'token'] as const;

/**
 * The bootstrap Secret. The SOPS file is copied into the unit's folder byte for byte, because its MAC depends on the
 * order of its content. A file that Flux could not decrypt into this Secret with any key is an error at synth.
 *
 * @example
 * import { readFileSync } from 'node:fs';
 * import { Cluster, BootstrapSecret, run, Unit } from 'cluster-secrets';
 *
 * await run(import.meta.dirname, (project) => {
 *   const cluster = new Cluster(project);
 *   const unit = new Unit(cluster, 'other-credentials', {
 *     flux: cluster.flux,
 *     timeout: '30s',
 *     decryptionSecret: 'sops-age',
 *   });
 *   new BootstrapSecret(unit, 'secret', {
 *     name: 'other-credentials',
 *     namespace: 'external-secrets',
 *     content: readFileSync('src/other.sops.yaml'),
 *   });
 *   return cluster;
 * });
 */
export class BootstrapSecret extends Construct {
  /** SHA-256 of the encrypted file, in hex: it changes with every rotation and reveals nothing. */
  readonly digest: string;

  /**
   * @param scope The unit to add the file to; it needs a `decryptionSecret`.
   * @param id Name in the scope.
   * @param props The SOPS file, and the Secret that it must contain.
   */
  constructor(scope: Unit, id: string, props: BootstrapSecretProps) {
    super(scope, id);
    const { name, namespace, content, file = this.node.path } = props;
    this.digest = createHash('sha256').update(content).digest('hex');
    const todo = 'make it again with `npm run bootstrap -- --rotate`';
    addCheck(this, () =>
      within(file, checkSopsSecret(content.toString('utf8'), { name, namespace, keys: bootstrapKeys }, todo)),
    );
    scope.rawFiles.push({ name: `secret-${name}.yaml`, content });
  }
}
