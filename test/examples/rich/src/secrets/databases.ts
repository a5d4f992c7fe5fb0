import { appSecret } from '#cluster-secrets';

// Several Secrets in one namespace, from one file.
export default [
  appSecret({
    namespace: 'database',
    name: 'postgres-superuser',
    item: 'CloudNative PG',
    type: 'kubernetes.io/basic-auth',
    keys: { username: 'username', password: 'password' },
    labels: { 'cnpg.io/reload': 'true' },
  }),
  appSecret({
    namespace: 'database',
    name: 'postgres-backup',
    item: 'Backblaze B2 Postgres',
    keys: { 'aws-access-key-id': 'keyID', 'aws-secret-access-key': 'applicationKey' },
  }),
  appSecret({
    namespace: 'database',
    name: 'dragonfly',
    item: 'Dragonfly',
    keys: { password: 'password' },
    refreshInterval: '10m',
  }),
  appSecret({
    namespace: 'database',
    name: 'mosquitto',
    item: 'Mosquitto',
    template: { mosquitto_pwd: '{{ .username_1 }}:{{ .hash_1 }}\n{{ .username_2 }}:{{ .hash_2 }}\n' },
  }),
];
