import type { Construct } from 'constructs';
import {
  type AppSecretContext,
  type AppSecretProps,
  AppSecret as UncheckedAppSecret,
} from './constructs/app-secret.js';
import { addCheck } from './constructs/validation.js';
import { OperatorError } from './errors.js';
import { guardSecrets } from './guards/index.js';
import { checkAppSecret } from './platform/app-secret-shape.js';
import { resolveSettings } from './platform/resolve-settings.js';
import { settingsFile } from './platform/settings.js';

/**
 * An ExternalSecret that reads 1Password items and creates one Secret. `app.synth()` checks it like a file under
 * `src/secrets/`, except for clashes with the rest of the repository.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { AppSecret } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'grafana');
 * new AppSecret(
 *   chart,
 *   'grafana',
 *   { namespace: 'monitoring', name: 'grafana', item: 'Grafana', keys: { password: 'password' } },
 *   { storeName: 'onepassword', refreshInterval: '1h' },
 * );
 */
export class AppSecret extends UncheckedAppSecret {
  /**
   * @param scope The chart or unit to add it to.
   * @param id Name in the scope.
   * @param props The app secret; see the fields.
   * @param context The store, and the default refresh interval.
   * @throws OperatorError if `props` does not have the shape of an app secret.
   */
  constructor(scope: Construct, id: string, props: AppSecretProps, context: AppSecretContext) {
    super(scope, id, shaped(props, id), context);
    const { settings } = resolveSettings({}, settingsFile);
    const {
      storeName: name,
      storeKind: kind = settings.store.kind,
      provider = settings.store.provider,
    } = context;
    const store = { ...settings.store, name, kind, provider };
    const files = [{ file: this.node.path, secrets: [props] }];
    addCheck(this, () => guardSecrets({ settings: { ...settings, store }, files }));
  }
}

function shaped(props: AppSecretProps, where: string): AppSecretProps {
  const checked = checkAppSecret(props, where);
  if ('problems' in checked) throw new OperatorError(checked.problems);
  return checked.value;
}
