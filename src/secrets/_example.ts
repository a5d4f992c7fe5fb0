import { appSecret } from '#cluster-secrets';

/**
 * An example; files whose name begins with `_` are left alone. Copy it to `<app>.ts`, or let
 * `npm run add-secret` write one.
 */
export default appSecret({
  namespace: 'monitoring',
  name: 'grafana-admin',
  // The title of the item in 1Password, and which of its fields becomes which key of the Secret.
  item: 'Grafana',
  keys: {
    'admin-user': 'username',
    'admin-password': 'password',
  },
});
