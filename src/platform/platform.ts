import { App, Chart } from 'cdk8s';
import { Namespace } from 'cdk8s-plus-28';
import type { Flux, Unit } from '../constructs/unit.js';
import { problemsIn } from '../constructs/validation.js';
import type { Problem } from '../errors.js';
import { appSecretUnits } from './app-secret-units.js';
import type { AppSecretsFile } from './app-secrets.js';
import { externalSecrets } from './external-secrets.js';
import type { HandOver } from './hand-over.js';
import { onepasswordAlerts } from './onepassword-alerts.js';
import { onepasswordConnect } from './onepassword-connect.js';
import { onepasswordCredentials } from './onepassword-credentials.js';
import { onepasswordStore } from './onepassword-store.js';
import type { ResolvedSettings } from './settings.js';

/** What the platform is made from. */
export interface PlatformInput {
  readonly settings: ResolvedSettings;
  /** Folder of the project in the repository that Flux watches: '' or `clusters/home/`. */
  readonly prefix: string;
  /** The SOPS file with Connect's credentials; undefined before the first bootstrap. */
  readonly credentials: Buffer | undefined;
  readonly secrets: readonly AppSecretsFile[];
  /**
   * Whether something else of the repository makes the Namespace: two of one name break a build of kustomize.
   *
   * @default false
   */
  readonly namespaceIsThere?: boolean;
  /** App secrets that stay in an older unit, too. @default - none */
  readonly handOvers?: readonly HandOver[];
}

/** Everything that lands in `dist/`, in memory. */
export interface Platform {
  readonly app: App;
  /** The Namespace, which Flux applies before any unit; undefined when the repository makes it elsewhere. */
  readonly namespace: Chart | undefined;
  /** The units in the order in which Flux starts them. */
  readonly units: readonly Unit[];
}

/**
 * Composes the units: External Secrets Operator and the credentials side by side, Connect after both, the
 * store after Connect, the app secrets of each namespace after the store. Each wait costs up to 30 s on a cold
 * start, and nothing afterwards. Beside the store there would be one wait less; but while a store fails, every
 * app secret would fail with it, and go on waiting in its own backoff for minutes after the store is mended. Alerts wait for the operator's
 * monitoring, and nothing for them.
 *
 * @returns The platform, and what its constructs say is wrong with them.
 */
export function composePlatform(input: PlatformInput): { platform: Platform; problems: Problem[] } {
  const { settings } = input;
  const { namespace, source, interval, retryInterval, serviceAccountName } = settings.flux;
  const flux: Flux = {
    namespace,
    source,
    path: `./${input.prefix}dist`,
    interval,
    retryInterval,
    ...(serviceAccountName !== undefined && { serviceAccountName }),
  };
  const context = { settings, flux };
  const app = new App();

  const operator = externalSecrets(app, context);
  const credentials = onepasswordCredentials(app, context, input.credentials);
  const connect = onepasswordConnect(app, context, [operator, credentials.unit], credentials.digest);
  const store = onepasswordStore(app, context, connect);
  const alerts = settings.monitoring ? [onepasswordAlerts(app, context, settings.monitoring)] : [];
  const secrets = appSecretUnits(app, context, store, input.secrets, input.handOvers ?? []);

  return {
    platform: {
      app,
      namespace: input.namespaceIsThere ? undefined : namespaceChart(app, settings.namespace),
      units: [operator, credentials.unit, connect, store, ...alerts, ...secrets.units],
    },
    problems: [...problemsIn(app), ...secrets.problems],
  };
}

/** The Namespace. Pruning it would take Connect, the store's token and the operator along. */
function namespaceChart(scope: App, name: string): Chart {
  const chart = new Chart(scope, 'namespace');
  new Namespace(chart, name, {
    metadata: { name, annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
  });
  return chart;
}
