import { defineSettings } from '#cluster-secrets';

/**
 * The operator's page. Every field is optional; the comment shows its default.
 * After a change: `npm run synth`, then commit `dist/`.
 */
export default defineSettings({
  // 1Password vaults, by title or ID, searched in this order.
  // vaults: ['Kubernetes'],
  //
  // How often External Secrets Operator reads 1Password: a Go duration from 10s to 1h.
  // refreshInterval: '1h',
  //
  // The ClusterSecretStore: its name, and the only namespaces that may use it (left out: all). One that the cluster has
  // already (import existing, too) is `existing({ name: 'onepassword' })`, and then nothing else is made.
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
  // How this cluster's Flux is set up. What is left out is read from the repository where it says so.
  // flux: {
  //   namespace: 'flux-system',
  //   source: { kind: 'GitRepository', name: 'flux-system' },
  //   // Folder of this project in the repository ('.' is its root); left out: git is asked.
  //   path: 'clusters/home/secrets',
  //   // Secret, in the namespace of Flux, with the age key that decrypts the bootstrap Secret ('none': Flux has its own).
  //   sopsSecret: 'sops-age',
  //   // ServiceAccount as which Flux applies the units, under multi-tenancy lockdown (left out: Flux's own).
  //   serviceAccountName: 'kustomize-controller',
  //   interval: '10m',
  //   retryInterval: '30s',
  //   // false, in a push of its own before this project is taken out: then all that it made stays.
  //   prune: true,
  // },
  //
  // Chart versions (left out: src/versions.ts), each with a `digest` and `verify: { issuer, subject }` if you want
  // Flux to check what it fetches, and more values of the charts. One that the cluster has already (import existing and
  // externalUnit, too) is `existing({ unit: externalUnit('external-secrets') })`, a Connect server
  // `existing({ host: 'http://onepassword-connect:8080', token: { name: 'onepassword-token' } })`.
  // externalSecrets: { values: { resources: { requests: { memory: '64Mi' } } } },
  // connect: { values: { connect: { api: { logLevel: 'debug' } } } },
  //
  // Whether only External Secrets Operator (and Prometheus) may reach Connect, and Connect only DNS and HTTPS.
  // networkPolicy: true,
  //
  // Set it once a Prometheus operator runs in the cluster (import externalUnit, too): ServiceMonitors, alerts.
  // monitoring: {
  //   unit: externalUnit('kube-prometheus-stack'),
  //   // Namespace of Prometheus, for the network policy.
  //   namespace: 'monitoring',
  //   // Labels by which Prometheus picks ServiceMonitors and rules (left out: none).
  //   labels: { release: 'kube-prometheus-stack' },
  // },
  //
  // Name of this project, in front of the names of its Flux Kustomizations: where a cluster has several projects.
  // name: 'home',
  //
  // Folders of the repository that belong to other clusters: nothing in them is a clash.
  // otherClusters: ['clusters/lab'],
  //
  // Secrets of an app secret's name whose namespace synth can't find, and that are others.
  // allowSameName: [{ secret: 'media/config', file: 'apps/x/secret.sops.yaml', reason: 'is in namespace x' }],
});
