import { App, Chart } from 'cdk8s';
import { Namespace } from 'cdk8s-plus-28';
import { AppSecret, externalSecretNameOf } from '../constructs/app-secret.js';
import type { UnitReference } from '../constructs/external-unit.js';
import { type Flux, partOf, Unit } from '../constructs/unit.js';
import { addCheck } from '../constructs/validation.js';
import { expiryIn } from '../token-expiry.js';
import { appSecretUnits, secretContext } from './app-secret-units.js';
import type { AppSecretsFile } from './app-secrets.js';
import { hasNamespace } from './context.js';
import type { Credentials } from './credentials-file.js';
import { isExisting } from './existing.js';
import { externalSecrets } from './external-secrets.js';
import type { HandOver } from './hand-over.js';
import { appSecretAlerts, onepasswordAlerts } from './onepassword-alerts.js';
import { onepasswordConnect } from './onepassword-connect.js';
import { onepasswordCredentials } from './onepassword-credentials.js';
import { onepasswordStore } from './onepassword-store.js';
import type { ResolvedSettings } from './settings-schema.js';

/** What a `Cluster` is made from. */
export interface ClusterProps {
  /** The settings, with every default filled in. */
  readonly settings: ResolvedSettings;
  /** Folder of the project in the repository that Flux watches: '' or `clusters/home/`. @default '' */
  readonly prefix?: string;
  /** The SOPS file with Connect's credentials; undefined before the first bootstrap. @default undefined */
  readonly credentials?: Credentials | undefined;
  /**
   * Whether something else in the repository creates the Namespace: a kustomize build fails on two of the same name.
   *
   * @default false
   */
  readonly namespaceIsThere?: boolean;
  /** App secrets that also stay in their old unit until Flux has handed them over. @default - none */
  readonly handOvers?: readonly HandOver[];
}

/** An app secret whose ExternalSecret lies beside its app. */
export interface BesideSecret {
  /** The file that declares it, relative to the project. */
  readonly source: string;
  readonly secret: AppSecret;
}

/** Everything that synth writes, in memory. */
export interface Platform {
  /** The Namespace, which Flux applies before any unit; undefined if something else in the repository creates it. */
  readonly namespace: Chart | undefined;
  /** The units in the order in which Flux starts them. */
  readonly units: readonly Unit[];
  /** The app secrets that lie beside their apps instead of in a unit. */
  readonly beside: readonly BesideSecret[];
  /** The Flux Kustomization that installs External Secrets Operator. */
  readonly operator?: UnitReference | undefined;
}

/**
 * The cluster. Flux starts External Secrets Operator and the credentials in parallel, then Connect, then the store,
 * then the app secrets of each namespace. Each wait costs up to 30 s on a cold start and nothing afterwards. The app
 * secrets wait for the store because they would fail along with it, and stay in their own backoff for minutes after
 * it has recovered. The alerts wait for the Prometheus operator; nothing waits for them.
 *
 * A `Unit` of your own in its scope becomes a unit in `dist/`.
 *
 * @example
 * import { Cluster, run, Unit } from 'cluster-secrets';
 *
 * await run(import.meta.dirname, (project) => {
 *   const cluster = new Cluster(project);
 *   cluster.addSecrets(project.secrets);
 *   new Unit(cluster, 'reports', { flux: cluster.flux, dependsOn: [cluster.store], timeout: '1m' });
 *   return cluster;
 * });
 */
export class Cluster extends App implements Platform {
  /** How Flux is set up, for units of your own. */
  readonly flux: Flux;
  readonly namespace: Chart | undefined;
  /** The unit of External Secrets Operator; undefined if it is `existing()` without a `unit`. */
  readonly operator: UnitReference | undefined;
  /** The unit of the bootstrap Secret; undefined if Connect is `existing()`. */
  readonly credentials: UnitReference | undefined;
  /** The unit of 1Password Connect; undefined if it is `existing()` without a `unit`. */
  readonly connect: UnitReference | undefined;
  /** The unit of the store, which everything that reads 1Password waits for; undefined if it is `existing()` without a `unit`. */
  readonly store: UnitReference | undefined;
  readonly beside: BesideSecret[] = [];
  private readonly alerts: Unit | undefined;
  private readonly settings: ResolvedSettings;
  private readonly handOvers: readonly HandOver[];

  /** @param props What `run` passes to your function. */
  constructor(props: ClusterProps) {
    super();
    const { settings } = props;
    const { namespace, source, interval, retryInterval, prune, serviceAccountName } = settings.flux;
    this.settings = settings;
    this.handOvers = props.handOvers ?? [];
    this.flux = {
      namespace,
      source,
      path: `./${props.prefix ?? ''}dist`,
      interval,
      retryInterval,
      prune,
      ...(serviceAccountName !== undefined && { serviceAccountName }),
    };
    const context = { settings, flux: this.flux };
    this.operator = isExisting(settings.externalSecrets)
      ? settings.externalSecrets.existing.unit
      : externalSecrets(this, context, settings.externalSecrets);
    if (isExisting(settings.connect)) {
      this.connect = settings.connect.existing.unit;
    } else {
      const credentials = onepasswordCredentials(this, context, props.credentials);
      this.credentials = credentials.unit;
      const before = [this.operator, this.credentials];
      this.connect = onepasswordConnect(this, context, settings.connect, before, credentials.digest);
    }
    this.store = settings.store.isExisting
      ? settings.store.unit
      : onepasswordStore(
          this,
          context,
          isExisting(settings.connect) ? [this.operator, this.connect] : [this.connect],
        );
    this.alerts =
      settings.monitoring &&
      onepasswordAlerts(this, context, settings.monitoring, expiryIn(props.credentials?.content));
    this.namespace =
      hasNamespace(settings) && !props.namespaceIsThere ? namespaceChart(this, settings) : undefined;
  }

  get units(): readonly Unit[] {
    return this.node.children.filter(Unit.isUnit);
  }

  /**
   * Adds the app secrets: to one unit per namespace, or beside their apps.
   *
   * @param files The app secrets, one entry per file under `src/secrets/`.
   */
  addSecrets(files: readonly AppSecretsFile[]): void {
    const context = { settings: this.settings, flux: this.flux };
    const { problems } = appSecretUnits(this, context, this.store ?? this.operator, files, this.handOvers);
    addCheck(this, () => problems);
    this.addBeside(files);
    const secrets = files.flatMap((file) => file.secrets);
    if (this.alerts) appSecretAlerts(this.alerts, context, secrets);
  }

  private addBeside(files: readonly AppSecretsFile[]): void {
    const declared = files.flatMap(({ file, secrets }) => secrets.map((secret) => ({ file, secret })));
    for (const { file, secret } of declared.filter(({ secret }) => secret.beside !== undefined)) {
      // The space keeps this ID apart from the names of units.
      const scope =
        this.node.tryFindChild('beside apps') ?? new Chart(this, 'beside apps', { labels: partOf });
      const id = `${secret.namespace}.${externalSecretNameOf(secret)}`;
      // The guards report a second one of the same name.
      if (scope.node.tryFindChild(id)) continue;
      const made = new AppSecret(scope as Chart, id, secret, secretContext(this.settings));
      this.beside.push({ source: file, secret: made });
    }
  }
}

/** The Namespace. Pruning it would delete Connect, the store's token and the operator. */
function namespaceChart(scope: App, { namespace: name, externalSecrets, connect }: ResolvedSettings): Chart {
  const isOurs = !isExisting(externalSecrets) && !isExisting(connect);
  const chart = new Chart(scope, 'namespace', { labels: partOf });
  new Namespace(chart, name, {
    metadata: {
      name,
      annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
      // The pods of both charts comply; those of an existing operator may not.
      ...(isOurs && { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } }),
    },
  });
  return chart;
}
