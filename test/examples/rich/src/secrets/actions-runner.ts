import { appSecret } from '#cluster-secrets';

// A file attached to an item, beside fields of the same item.
export default appSecret({
  namespace: 'actions-runner-system',
  name: 'home-runner',
  item: 'GitHub App Runner',
  keys: {
    github_app_id: 'app id',
    github_app_installation_id: 'installation id',
    github_app_private_key: { file: 'private-key.pem' },
  },
});
