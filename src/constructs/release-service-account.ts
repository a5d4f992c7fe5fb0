import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';

/** Name of the ServiceAccount that Flux impersonates to install the releases, and of its ClusterRoleBinding. */
export const releaseServiceAccount = 'cluster-secrets';

/** Input of a `ReleaseServiceAccount`. */
export interface ReleaseServiceAccountProps {
  /** Namespace of the HelmReleases. */
  readonly namespace: string;
}

/**
 * The ServiceAccount that helm-controller impersonates under multi-tenancy lockdown: without one it uses the
 * namespace's `default`, which has no permissions. The charts create CRDs and ClusterRoles, so it is a cluster admin.
 * https://fluxcd.io/flux/installation/configuration/multitenancy/
 */
export class ReleaseServiceAccount extends Construct {
  constructor(scope: Construct, id: string, { namespace }: ReleaseServiceAccountProps) {
    super(scope, id);
    const name = releaseServiceAccount;
    new ApiObject(this, 'account', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace },
    });
    new ApiObject(this, 'binding', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
  }
}
