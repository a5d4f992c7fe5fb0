import type { Construct } from 'constructs';
import { connectName } from '../constructs/connect-release.js';
import type { UnitReference } from '../constructs/external-unit.js';
import { SecretStore, type SecretStoreProps } from '../constructs/secret-store.js';
import { Unit } from '../constructs/unit.js';
import { nameIn, type PlatformContext, storeHealth } from './context.js';
import { isExisting } from './existing.js';
import type { ResolvedSettings } from './settings-schema.js';

/**
 * The unit `onepassword-store`: the ClusterSecretStore.
 *
 * @param dependsOn The unit of Connect, and that of External Secrets Operator unless Connect's waits for it.
 */
export function onepasswordStore(
  scope: Construct,
  { settings, flux }: PlatformContext,
  dependsOn: readonly (UnitReference | undefined)[],
): Unit {
  const { store, vaults } = settings;
  const unit = new Unit(scope, nameIn(settings, 'onepassword-store'), {
    flux,
    title: 'ClusterSecretStore',
    dependsOn,
    timeout: '1m',
    wait: true,
    healthCheckExprs: [storeHealth],
  });
  new SecretStore(unit, store.name, {
    name: store.name,
    ...connectOf(settings),
    vaults,
    ...(store.namespaces && { namespaces: store.namespaces }),
  });
  return unit;
}

/** The address and the token of Connect: of the project's own server, or of an existing one. */
function connectOf({
  clusterDomain,
  connect,
  credentialsSecret,
  namespace,
}: ResolvedSettings): Pick<SecretStoreProps, 'connectHost' | 'tokenSecret'> {
  if (!isExisting(connect)) {
    return {
      connectHost: `http://${connectName}.${namespace}.svc.${clusterDomain}`,
      tokenSecret: { name: credentialsSecret, namespace },
    };
  }
  // The settings are refused if one of them is missing.
  const { host = '', token = { name: credentialsSecret, key: 'token' } } = connect.existing;
  return { connectHost: host, tokenSecret: { namespace, ...token } };
}
