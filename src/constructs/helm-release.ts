import { Construct } from 'constructs';
import {
  HelmRelease as HelmReleaseResource,
  HelmReleaseSpecChartRefKind,
  HelmReleaseSpecDriftDetectionMode,
  HelmReleaseSpecInstallCrds,
  HelmReleaseSpecInstallStrategyName,
  HelmReleaseSpecUpgradeCrds,
  HelmReleaseSpecUpgradeStrategyName,
} from '../../imports/helm.toolkit.fluxcd.io.js';
import {
  OciRepository,
  OciRepositorySpecLayerSelectorOperation,
  OciRepositorySpecVerifyProvider,
} from '../../imports/source.toolkit.fluxcd.io.js';
import { partOf } from './unit.js';

/** Which chart of a registry, and who has to have signed it. */
export interface ChartSource {
  /** Chart version, which is the tag. */
  readonly version: string;
  /** Digest of this version, `sha256:...`; Flux takes it, whatever the tag has become. @default - none */
  readonly digest?: string;
  /** Whose signature Flux asks for; a chart without it is not installed. @default - nobody's */
  readonly verify?: ChartIdentity;
}

/** Who signs a chart by cosign without a key: https://fluxcd.io/flux/components/source/ocirepositories/#keyless-verification */
export interface ChartIdentity {
  /** Regular expression of the OIDC issuer. */
  readonly issuer: string;
  /** Regular expression of the subject, such as a workflow of GitHub. */
  readonly subject: string;
}

/** What of some input says which chart it is. */
export function sourceOf({ version, digest, verify }: ChartSource): ChartSource {
  return { version, ...(digest !== undefined && { digest }), ...(verify && { verify }) };
}

/** A chart in an OCI registry. */
export interface OciChart extends ChartSource {
  /** `oci://` address of the chart, without the tag. */
  readonly url: string;
}

/** Input of a `HelmRelease`; `Values` is the type of the chart's values. */
export interface HelmReleaseProps<Values extends object> {
  /** Name of the release, of the HelmRelease and of the OCIRepository. */
  readonly name: string;
  /** Namespace of all three. */
  readonly namespace: string;
  readonly chart: OciChart;
  readonly values: Values;
  /** What Flux does with the `crds/` folder of the chart, on install and on upgrade. */
  readonly crds: 'Skip' | 'CreateReplace';
  /** ServiceAccount, in the namespace, as which Flux installs the release. @default - Flux's own */
  readonly serviceAccountName?: string;
  /** How often Flux looks for drift and for a moved tag, as a Go duration. @default 1h */
  readonly interval?: string;
  /** Strategic merge patches on what the chart renders, for what it has no value for. @default - none */
  readonly patches?: readonly HelmPatch[];
}

/** A kustomize patch on the rendered chart. */
export interface HelmPatch {
  /** Without a name: all of the kind. */
  readonly target: { readonly kind: string; readonly name?: string };
  /** YAML of a strategic merge patch. */
  readonly patch: string;
}

/**
 * A Helm chart from an OCI registry that Flux keeps installed: an OCIRepository and a HelmRelease that
 * refers to it. A failed install or upgrade is retried every five minutes (helm-controller's default) for as long
 * as it takes, without uninstalling what is there; drift is corrected.
 *
 * The strategies have no `retryInterval`: many repositories patch another strategy into every HelmRelease, and the
 * API server refuses an interval beside that one.
 *
 * Media type and operation of the layer: https://fluxcd.io/flux/components/source/ocirepositories/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { HelmRelease } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'reloader');
 * new HelmRelease<{ replicas: number }>(chart, 'reloader', {
 *   name: 'reloader',
 *   namespace: 'kube-system',
 *   chart: { url: 'oci://ghcr.io/stakater/charts/reloader', version: '2.2.3' },
 *   values: { replicas: 1 },
 *   crds: 'Skip',
 * });
 */
export class HelmRelease<Values extends object> extends Construct {
  constructor(scope: Construct, id: string, props: HelmReleaseProps<Values>) {
    super(scope, id);
    const metadata = { name: props.name, namespace: props.namespace };
    const interval = props.interval ?? '1h';
    new OciRepository(this, 'chart', {
      metadata,
      spec: {
        interval,
        layerSelector: {
          mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
          operation: OciRepositorySpecLayerSelectorOperation.COPY,
        },
        ref: {
          ...(props.chart.digest !== undefined && { digest: props.chart.digest }),
          tag: props.chart.version,
        },
        url: props.chart.url,
        ...(props.chart.verify && {
          verify: {
            matchOidcIdentity: [props.chart.verify],
            provider: OciRepositorySpecVerifyProvider.COSIGN,
          },
        }),
      },
    });
    new HelmReleaseResource(this, 'release', {
      metadata,
      spec: {
        commonMetadata: { labels: partOf },
        chartRef: { kind: HelmReleaseSpecChartRefKind.OCI_REPOSITORY, name: props.name },
        driftDetection: { mode: HelmReleaseSpecDriftDetectionMode.ENABLED },
        install: {
          crds: {
            Skip: HelmReleaseSpecInstallCrds.SKIP,
            CreateReplace: HelmReleaseSpecInstallCrds.CREATE_REPLACE,
          }[props.crds],
          strategy: { name: HelmReleaseSpecInstallStrategyName.RETRY_ON_FAILURE },
        },
        interval,
        ...(props.patches && {
          postRenderers: [
            { kustomize: { patches: props.patches.map(({ target, patch }) => ({ target, patch })) } },
          ],
        }),
        releaseName: props.name,
        ...(props.serviceAccountName !== undefined && { serviceAccountName: props.serviceAccountName }),
        upgrade: {
          crds: {
            Skip: HelmReleaseSpecUpgradeCrds.SKIP,
            CreateReplace: HelmReleaseSpecUpgradeCrds.CREATE_REPLACE,
          }[props.crds],
          strategy: { name: HelmReleaseSpecUpgradeStrategyName.RETRY_ON_FAILURE },
        },
        values: props.values,
      },
    });
  }
}
