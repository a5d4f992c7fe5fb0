import { appSecret } from '#cluster-secrets';

/**
 * An example; synth ignores files whose name begins with `_`. Copy it to `<app>.ts`, or let `npm run add-secret`
 * write one.
 */
export default appSecret({
  namespace: 'monitoring',
  name: 'grafana-admin',
  // The title of the item in 1Password.
  item: 'Grafana',
  // The keys of the Secret, each with the label of a field.
  keys: {
    'admin-user': 'username',
    'admin-password': 'password',
  },
});
