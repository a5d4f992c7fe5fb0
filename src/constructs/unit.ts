import { type ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Kustomization,
  KustomizationSpecDecryptionProvider,
  type KustomizationSpecHealthCheckExprs,
  type KustomizationSpecHealthChecks,
  KustomizationSpecSourceRefKind,
} from '../../imports/kustomize.toolkit.fluxcd.io.js';
import type { UnitReference } from './external-unit.js';

/** How the Flux of this cluster is set up, and where it finds `dist/`. */
export interface Flux {
  /** Namespace of the Flux Kustomizations. */
  readonly namespace: string;
  /** The Flux source that holds this project. */
  readonly source: FluxSource;
  /** Folder of the units, relative to the root of the source: `./dist` or `./clusters/home/secrets/dist`. */
  readonly path: string;
  /** How often Flux looks for drift, as a Go duration. */
  readonly interval: string;
  /** How soon Flux tries again after a failure, as a Go duration. */
  readonly retryInterval: string;
  /** Whether Flux deletes what a unit no longer has, and what it had when it goes. @default true */
  readonly prune?: boolean;
  /** ServiceAccount, in `namespace`, as which Flux applies the units. @default - Flux's own */
  readonly serviceAccountName?: string;
}

/** A Flux source, as `spec.sourceRef` names it. */
export interface FluxSource {
  readonly kind: 'GitRepository' | 'OCIRepository' | 'Bucket' | 'ExternalArtifact';
  readonly name: string;
  /** @default - the namespace of the Flux Kustomizations */
  readonly namespace?: string;
}

/** An object that Flux looks at before it calls a unit Ready. */
export interface HealthCheck {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** @default - none: the object is cluster-scoped */
  readonly namespace?: string;
}

/** When Flux calls a custom resource healthy, in CEL over the object. */
export interface HealthCheckExpression {
  readonly apiVersion: string;
  readonly kind: string;
  readonly current: string;
  readonly failed?: string;
}

/** The label by which everything of this project is found; Flux sets it on all that a chart makes, too. */
export const partOf = { 'app.kubernetes.io/part-of': 'cluster-secrets' };

/** Input of a `Unit`. Durations are Go durations (`30s`, `1h30m`). */
export interface UnitProps {
  readonly flux: Flux;
  /**
   * Units that must have been Ready once before this one is applied; undefined stands for what is there already.
   *
   * @default - none
   */
  readonly dependsOn?: readonly (UnitReference | undefined)[];
  /** What it brings into the cluster, for `graph`. @default - the names of its app secrets */
  readonly title?: string;
  /** How long Flux waits for health before it says that the unit failed. */
  readonly timeout: string;
  /** @default - `flux.interval` */
  readonly interval?: string;
  /** @default - `flux.retryInterval` */
  readonly retryInterval?: string;
  /** Whether Flux deletes what is no longer in the folder. @default - `flux.prune` */
  readonly prune?: boolean;
  /** Wait for all objects of the folder; Flux then ignores `healthChecks`. @default false */
  readonly wait?: boolean;
  /** Objects to wait for. @default - none */
  readonly healthChecks?: readonly HealthCheck[];
  /** What healthy means for custom resources; used with `wait` and with `healthChecks`. @default - Flux's own */
  readonly healthCheckExprs?: readonly HealthCheckExpression[];
  /**
   * Name of the Secret, beside the Kustomization, with the key that decrypts the folder's SOPS files; 'none'
   * where Flux's controller has a key of its own. Without it Flux decrypts nothing.
   *
   * @default - no decryption
   */
  readonly decryptionSecret?: string;
}

/** A file that is shipped byte for byte, because a SOPS MAC covers it as it was written. */
export interface RawFile {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * A Flux unit: one Flux Kustomization and the folder that it points to. The objects in its scope are the
 * folder's files; its id is the name of the Kustomization, of the folder and of `flux/<id>.yaml`.
 *
 * Objects say their namespace themselves: the chart sets none, because cdk8s would also write it into
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
  /** Whether a construct is a unit; to `instanceof`, as cdk8s defines it, every chart is one. */
  static isUnit(construct: unknown): construct is Unit {
    return Chart.isChart(construct) && 'kustomization' in construct;
  }

  readonly unitName: string;
  readonly unitNamespace: string;
  /** What it brings into the cluster; undefined for app secrets. */
  readonly title: string | undefined;
  /** The Flux Kustomization; it lands in `flux/`, not in the folder. */
  readonly kustomization: ApiObject;
  readonly dependsOn: readonly UnitReference[];
  /** Files of the folder that cdk8s must not touch. */
  readonly rawFiles: RawFile[] = [];

  constructor(scope: Construct, id: string, props: UnitProps) {
    super(scope, id, { labels: partOf });
    const { flux, decryptionSecret } = props;
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
        prune: props.prune ?? flux.prune ?? true,
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
 * Holds from the first time on that a unit was applied and healthy. Without it, Flux waits at every push until
 * all that a unit depends on is Ready at the new revision, one after the other, up to 30 s each; and it would
 * keep a unit from its change while one before it fails. Flux 2.7 and newer know it:
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#dependency-ready-expression
 */
export const everReady = 'has(dep.status.lastAppliedRevision)';

const sourceKinds = {
  GitRepository: KustomizationSpecSourceRefKind.GIT_REPOSITORY,
  OCIRepository: KustomizationSpecSourceRefKind.OCI_REPOSITORY,
  Bucket: KustomizationSpecSourceRefKind.BUCKET,
  ExternalArtifact: KustomizationSpecSourceRefKind.EXTERNAL_ARTIFACT,
} as const;
