import { appSecret, externalUnit } from '#cluster-secrets';

// An app whose database is made by another unit of the repository.
export default appSecret({
  namespace: 'default',
  name: 'atuin',
  items: { db: 'CloudNative PG', app: 'Atuin' },
  template: {
    ATUIN_DB_URI:
      'postgresql://{{ .app_username }}:{{ .app_password | urlquery }}@postgres16-rw.database.svc.cluster.local/atuin',
    INIT_POSTGRES_SUPER_PASS: '{{ .db_password }}',
  },
  waitsFor: [externalUnit('cloudnative-pg-cluster'), externalUnit('atuin-namespace', 'flux-apps')],
});
