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

/** The version of a chart in a registry, and the signature that it must have. */
export interface ChartSource {
  /** Version of the chart, which is also its tag. */
  readonly version: string;
  /** Digest of this version, `sha256:...`; Flux pulls it even if the tag has moved. @default - none */
  readonly digest?: string;
  /** The signature that Flux requires; it does not install a chart without it. @default - not checked */
  readonly verify?: ChartIdentity;
}

/** A keyless cosign signature: https://fluxcd.io/flux/components/source/ocirepositories/#keyless-verification */
export interface ChartIdentity {
  /** Regular expression of the OIDC issuer. */
  readonly issuer: string;
  /** Regular expression of the subject, such as a GitHub workflow. */
  readonly subject: string;
}

/** Picks the fields of `ChartSource`. */
export function sourceOf({ version, digest, verify }: ChartSource): ChartSource {
  return { version, ...(digest !== undefined && { digest }), ...(verify && { verify }) };
}

/** A chart in an OCI registry. */
export interface OciChart extends ChartSource {
  /** `oci://` URL of the chart, without the tag. */
  readonly url: string;
}

/** Input of a `HelmRelease`; `Values` is the type of the chart's values. */
export interface HelmReleaseProps<Values extends object> {
  /** Name of the release, of the HelmRelease and of the OCIRepository. */
  readonly name: string;
  /** Namespace of all three. */
  readonly namespace: string;
  /** The chart to install. */
  readonly chart: OciChart;
  /** Values of the chart. */
  readonly values: Values;
  /** What Flux does with the chart's `crds/` folder on install and on upgrade. */
  readonly crds: 'Skip' | 'CreateReplace';
  /** ServiceAccount, in `namespace`, that Flux impersonates to install the release. @default - Flux's own */
  readonly serviceAccountName?: string;
  /** How often Flux checks for drift and for a moved tag, as a Go duration. @default 1h */
  readonly interval?: string;
  /** Strategic merge patches on the rendered chart, where it has no value for something. @default - none */
  readonly patches?: readonly HelmPatch[];
}

/** A kustomize patch on the rendered chart. */
export interface HelmPatch {
  /** The objects to patch: one by name, or all of a kind. */
  readonly target: { readonly kind: string; readonly name?: string };
  /** YAML of a strategic merge patch. */
  readonly patch: string;
}

/**
 * A Helm chart from an OCI registry, installed by Flux: an OCIRepository and the HelmRelease that refers to it. Flux
 * retries a failed install or upgrade every five minutes (helm-controller's default), without limit and without
 * uninstalling anything, and corrects drift.
 *
 * The strategies have no `retryInterval`: many repositories patch another strategy into every HelmRelease, and the
 * API server refuses an interval with that one.
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
