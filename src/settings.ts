import { defineSettings } from '#cluster-secrets';

/**
 * The settings of this cluster. Every field is optional; the comments show defaults or examples.
 * After a change, run `npm run synth` and commit `dist/`.
 */
export default defineSettings({
  // 1Password vaults, by title or ID, searched in this order.
  // vaults: ['Kubernetes'],
  //
  // How often External Secrets Operator reads 1Password: a Go duration from 10s to 1h.
  // refreshInterval: '1h',
  //
  // The ClusterSecretStore: its name, and the only namespaces that may use it (default: all). If the cluster already
  // has one, import `existing` and write `existing({ name: 'onepassword' })`: then only app secrets are created.
  // store: { name: 'onepassword', namespaces: ['monitoring', 'media'] },
  //
  // Namespace of External Secrets Operator and 1Password Connect.
  // namespace: 'external-secrets',
  //
  // Domain of the cluster's Services.
  // clusterDomain: 'cluster.local',
  //
  // Name of the Secret that `npm run bootstrap` encrypts.
  // credentialsSecret: 'onepassword-secret',
  //
  // How this cluster's Flux is set up. Defaults are read from the repository where possible.
  // flux: {
  //   namespace: 'flux-system',
  //   source: { kind: 'GitRepository', name: 'flux-system' },
  //   // Folder of this project in the repository ('.' for its top; default: found by means of git).
  //   path: 'clusters/home/secrets',
  //   // Secret, in Flux's namespace, with the age key that decrypts the bootstrap Secret ('none': Flux has its own).
  //   sopsSecret: 'sops-age',
  //   // ServiceAccount that Flux impersonates to apply the units, under multi-tenancy lockdown (default: Flux's own).
  //   serviceAccountName: 'kustomize-controller',
  //   interval: '10m',
  //   retryInterval: '30s',
  //   // Set to false, in a push of its own, before you remove this project: everything that it created then stays.
  //   prune: true,
  // },
  //
  // Chart versions (default: those of this release), with `digest` and `verify: { issuer, subject }` if you want Flux to
  // check what it fetches, and values of the charts. For those that the cluster already has, import `existing` and
  // `externalUnit`: the operator is `existing({ unit: externalUnit('external-secrets') })`, Connect
  // `existing({ host: 'http://onepassword-connect:8080', token: { name: 'onepassword-token' } })`.
  // externalSecrets: { values: { resources: { requests: { memory: '64Mi' } } } },
  // connect: { values: { connect: { api: { logLevel: 'debug' } } } },
  //
  // Whether a NetworkPolicy lets only External Secrets Operator (and Prometheus) reach Connect, and Connect reach only
  // DNS and HTTPS.
  // networkPolicy: true,
  //
  // ServiceMonitors and alerts, once a Prometheus operator runs in the cluster (import `externalUnit`).
  // monitoring: {
  //   unit: externalUnit('kube-prometheus-stack'),
  //   // Namespace of Prometheus, for the network policy.
  //   namespace: 'monitoring',
  //   // Labels by which Prometheus selects ServiceMonitors and rules (default: none).
  //   labels: { release: 'kube-prometheus-stack' },
  // },
  //
  // Prefix of the Flux Kustomizations' names, if the cluster has several projects.
  // name: 'home',
  //
  // Folders of the repository that belong to other clusters; synth ignores them when it looks for clashes.
  // otherClusters: ['clusters/lab'],
  //
  // Secrets that share an app secret's name but not its namespace, in cases where synth can't tell.
  // allowSameName: [{ secret: 'media/config', file: 'apps/x/secret.sops.yaml', reason: 'is in namespace x' }],
});
