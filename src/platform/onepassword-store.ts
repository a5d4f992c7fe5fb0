import type { Construct } from 'constructs';
import { connectName } from '../constructs/connect-release.js';
import { SecretStore } from '../constructs/secret-store.js';
import { Unit } from '../constructs/unit.js';
import { type PlatformContext, storeHealth } from './context.js';

/** The unit `onepassword-store`: the ClusterSecretStore, which waits for Connect. */
export function onepasswordStore(scope: Construct, { settings, flux }: PlatformContext, connect: Unit): Unit {
  const { clusterDomain, namespace, store, vaults } = settings;
  const unit = new Unit(scope, 'onepassword-store', {
    flux,
    dependsOn: [connect],
    timeout: '1m',
    wait: true,
    healthCheckExprs: [storeHealth],
  });
  new SecretStore(unit, store.name, {
    name: store.name,
    connectHost: `http://${connectName}.${namespace}.svc.${clusterDomain}`,
    tokenSecret: { name: settings.credentialsSecret, namespace },
    vaults,
    ...(store.namespaces && { namespaces: store.namespaces }),
  });
  return unit;
}
