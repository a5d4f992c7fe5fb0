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
import { resolveSettings, settingsFile } from './platform/settings.js';

/**
 * The `AppSecret` of the public face: the construct, with the checks that synth makes of a file under
 * `src/secrets/`. What could not work in a cluster is an error of `app.synth()`; only the repository is not
 * looked at.
 *
 * @throws OperatorError at once for props that are none.
 */
export class AppSecret extends UncheckedAppSecret {
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
