import { type ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Kustomization,
  KustomizationSpecDecryptionProvider,
  KustomizationSpecDeletionPolicy,
  type KustomizationSpecHealthCheckExprs,
  type KustomizationSpecHealthChecks,
  KustomizationSpecSourceRefKind,
} from '../../imports/kustomize.toolkit.fluxcd.io.js';
import type { UnitReference } from './external-unit.js';
import { addCheck } from './validation.js';

/** How this cluster's Flux is set up, and where it finds `dist/`. */
export interface Flux {
  /** Namespace of the Flux Kustomizations. */
  readonly namespace: string;
  /** The Flux source that contains this project. */
  readonly source: FluxSource;
  /** Folder of the units, relative to the top of the source: `./dist` or `./clusters/home/secrets/dist`. */
  readonly path: string;
  /** How often Flux corrects drift, as a Go duration. */
  readonly interval: string;
  /** How soon Flux retries after a failure, as a Go duration. */
  readonly retryInterval: string;
  /** Whether Flux deletes what a unit no longer contains, and everything in a unit that is removed. @default true */
  readonly prune?: boolean;
  /** ServiceAccount, in `namespace`, that Flux impersonates to apply the units. @default - Flux's own */
  readonly serviceAccountName?: string;
}

/** A Flux source, as in `spec.sourceRef`. */
export interface FluxSource {
  /** Kind of the source. */
  readonly kind: 'GitRepository' | 'OCIRepository' | 'Bucket' | 'ExternalArtifact';
  /** Name of the source. */
  readonly name: string;
  /** Namespace of the source. @default - that of the Flux Kustomizations */
  readonly namespace?: string;
}

/** An object that must be healthy before Flux reports a unit as Ready. */
export interface HealthCheck {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** @default - none: the object is cluster-scoped */
  readonly namespace?: string;
}

/** How Flux determines the health of a custom resource, in CEL over the object. */
export interface HealthCheckExpression {
  readonly apiVersion: string;
  readonly kind: string;
  readonly current: string;
  readonly failed?: string;
}

/** The label on everything that this project creates, including the objects of its Helm charts. */
export const partOf = { 'app.kubernetes.io/part-of': 'cluster-secrets' };

/** Input of a `Unit`. Durations are Go durations (`30s`, `1h30m`). */
export interface UnitProps {
  /** How Flux is set up; `cluster.flux` has it. */
  readonly flux: Flux;
  /**
   * Units that must have been Ready once before this one is applied. undefined, as for parts that are `existing()`
   * without a unit, is ignored.
   *
   * @default - none
   */
  readonly dependsOn?: readonly (UnitReference | undefined)[];
  /** What the unit contains, for `graph`. @default - the names of its app secrets */
  readonly title?: string;
  /** How long Flux waits for the unit to become healthy before it reports a failure. */
  readonly timeout: string;
  /** How often Flux corrects drift. @default - `flux.interval` */
  readonly interval?: string;
  /** How soon Flux retries after a failure. @default - `flux.retryInterval` */
  readonly retryInterval?: string;
  /** Whether Flux deletes what is no longer in the folder. @default - `flux.prune` */
  readonly prune?: boolean;
  /** Whether Flux waits for all objects of the folder; it then ignores `healthChecks`. @default false */
  readonly wait?: boolean;
  /** Objects to wait for. @default - none */
  readonly healthChecks?: readonly HealthCheck[];
  /** How to determine the health of custom resources, for `wait` and `healthChecks`. @default - Flux's own */
  readonly healthCheckExprs?: readonly HealthCheckExpression[];
  /**
   * Name of the Secret, in the namespace of the Flux Kustomization, with the key that decrypts the folder's SOPS
   * files; 'none' if kustomize-controller has a key of its own. If left out, Flux decrypts nothing.
   *
   * @default - no decryption
   */
  readonly decryptionSecret?: string;
}

/** A file that is copied byte for byte, such as a SOPS file, whose MAC depends on the order of its content. */
export interface RawFile {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * A unit: a Flux Kustomization together with its folder in `dist/`. The objects in its scope become the files of the
 * folder. Its ID is the name of the Flux Kustomization, of the folder and of `flux/<id>.yaml`.
 *
 * Objects must set their namespace themselves: the chart sets none, because cdk8s would also write it into
 * cluster-scoped objects.
 *
 * @example
 * import { ApiObject } from 'cdk8s';
 * import { Cluster, run, Unit } from 'cluster-secrets';
 *
 * await run(import.meta.dirname, (project) => {
 *   const cluster = new Cluster(project);
 *   cluster.addSecrets(project.secrets);
 *   const reports = new Unit(cluster, 'reports', {
 *     flux: cluster.flux,
 *     dependsOn: [cluster.store],
 *     timeout: '1m',
 *   });
 *   new ApiObject(reports, 'settings', {
 *     apiVersion: 'v1',
 *     kind: 'ConfigMap',
 *     metadata: { name: 'reports', namespace: 'default' },
 *   });
 *   return cluster;
 * });
 */
export class Unit extends Chart implements UnitReference {
  /**
   * Whether a construct is a unit. `instanceof Unit` does not tell: cdk8s defines it so that it holds for every chart.
   *
   * @param construct Any value.
   * @returns Whether it is a unit.
   */
  static isUnit(construct: unknown): construct is Unit {
    return Chart.isChart(construct) && 'kustomization' in construct;
  }

  readonly unitName: string;
  readonly unitNamespace: string;
  /** What the unit contains; undefined for app secrets. */
  readonly title: string | undefined;
  /** The Flux Kustomization; synth writes it to `flux/`, not to the folder. */
  readonly kustomization: ApiObject;
  /** The units that it waits for. */
  readonly dependsOn: readonly UnitReference[];
  /** Additional files of the folder, copied byte for byte. */
  readonly rawFiles: RawFile[] = [];

  /**
   * @param scope The cluster.
   * @param id Name of the Flux Kustomization and of the folder.
   * @param props What Flux waits for, and how it applies the folder.
   */
  constructor(scope: Construct, id: string, props: UnitProps) {
    super(scope, id, { labels: partOf });
    const { flux, decryptionSecret } = props;
    const prune = props.prune ?? flux.prune ?? true;
    // Flux writes the name into a label.
    addCheck(this, () =>
      id.length > 63
        ? [
            {
              where: id,
              what: `is ${id.length} characters long, and Flux takes at most 63`,
              todo: 'shorten it',
            },
          ]
        : [],
    );
    this.unitName = id;
    this.unitNamespace = flux.namespace;
    this.title = props.title;
    this.dependsOn = (props.dependsOn ?? []).filter((unit) => unit !== undefined);
    this.kustomization = new Kustomization(this, 'kustomization', {
      metadata: { name: id, namespace: flux.namespace },
      spec: {
        ...(this.dependsOn.length > 0 && {
          dependsOn: this.dependsOn.map((unit) => ({
            name: unit.unitName,
            namespace: unit.unitNamespace ?? flux.namespace,
            readyExpr: everReady,
          })),
        }),
        ...(decryptionSecret !== undefined && {
          decryption: {
            provider: KustomizationSpecDecryptionProvider.SOPS,
            ...(decryptionSecret !== 'none' && { secretRef: { name: decryptionSecret } }),
          },
        }),
        ...(props.healthChecks && {
          healthChecks: props.healthChecks.map((check): KustomizationSpecHealthChecks => check),
        }),
        ...(props.healthCheckExprs && {
          healthCheckExprs: props.healthCheckExprs.map((expr): KustomizationSpecHealthCheckExprs => expr),
        }),
        interval: props.interval ?? flux.interval,
        path: `${flux.path}/${id}`,
        // A unit that lets go must not delete when it goes, either, whatever a parent says of prune.
        ...(!prune && { deletionPolicy: KustomizationSpecDeletionPolicy.ORPHAN }),
        prune,
        retryInterval: props.retryInterval ?? flux.retryInterval,
        ...(flux.serviceAccountName !== undefined && { serviceAccountName: flux.serviceAccountName }),
        sourceRef: { ...flux.source, kind: sourceKinds[flux.source.kind] },
        timeout: props.timeout,
        ...(props.wait && { wait: true }),
      },
    });
  }
}

/**
 * True once a dependency has been applied and healthy for the first time. Without it, at every push Flux would wait
 * for each dependency in turn to be Ready at the new revision, up to 30 s each, and would not apply a unit while a
 * dependency fails. Requires Flux 2.7 or newer:
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#dependency-ready-expression
 */
export const everReady = 'has(dep.status.lastAppliedRevision)';

const sourceKinds = {
  GitRepository: KustomizationSpecSourceRefKind.GIT_REPOSITORY,
  OCIRepository: KustomizationSpecSourceRefKind.OCI_REPOSITORY,
  Bucket: KustomizationSpecSourceRefKind.BUCKET,
  ExternalArtifact: KustomizationSpecSourceRefKind.EXTERNAL_ARTIFACT,
} as const;
