import { appSecret } from '#cluster-secrets';

// One item whole: every field becomes a key.
export default appSecret({
  namespace: 'home-automation',
  name: 'home-assistant',
  item: 'Home Assistant',
  keys: 'all',
});
