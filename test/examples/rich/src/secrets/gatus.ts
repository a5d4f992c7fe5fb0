import { appSecret } from '#cluster-secrets';

// An item by its ID, for a title that is not unique.
export default appSecret({
  namespace: 'monitoring',
  name: 'gatus',
  item: 'xq3vexbz5mv2aiae5lvo5rl3we',
  keys: { PUSHOVER_TOKEN: 'token', PUSHOVER_USER: 'user' },
});
