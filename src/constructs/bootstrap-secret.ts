import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { within } from '../errors.js';
import { checkSopsSecret } from '../sops-secret.js';
import type { Unit } from './unit.js';
import { addCheck } from './validation.js';

/** Input of a `BootstrapSecret`. */
export interface BootstrapSecretProps {
  /** `metadata.name` that the Secret must have. */
  readonly name: string;
  /** `metadata.namespace` that it must have. */
  readonly namespace: string;
  /** The SOPS file. */
  readonly content: Buffer;
  /** What messages call the file. @default - the path of the construct */
  readonly file?: string;
}

/** The keys of the Secret: Connect's credentials file, and the token with which ESO asks Connect. */
export const bootstrapKeys = ['1password-credentials.json', 'token'] as const;

/**
 * The one Secret that comes from SOPS: it goes into the folder of the unit byte for byte, because the
 * MAC of a SOPS file covers it in the order in which it was written. A file that Flux could not decrypt into
 * this Secret, whatever key it has, is an error at synth.
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
  /** SHA-256 of the encrypted file, in hex: it changes with every rotation and gives nothing away. */
  readonly digest: string;

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
