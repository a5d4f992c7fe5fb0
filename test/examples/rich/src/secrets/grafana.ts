import { appSecret } from '#cluster-secrets';

export default [
  appSecret({
    namespace: 'monitoring',
    name: 'grafana-admin',
    item: 'Grafana',
    keys: { 'admin-user': 'username', 'admin-password': 'password' },
  }),
  appSecret({
    namespace: 'monitoring',
    name: 'grafana-oauth',
    item: 'Grafana',
    keys: { GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: 'oauth client-secret' },
    refreshInterval: '1h',
  }),
];
