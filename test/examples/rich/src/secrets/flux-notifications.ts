import { appSecret } from '#cluster-secrets';

export default [
  appSecret({
    namespace: 'flux-system',
    name: 'github-webhook-token',
    item: 'Flux Webhook',
    keys: { token: 'password' },
  }),
  appSecret({
    namespace: 'flux-system',
    name: 'discord-webhook',
    item: 'Discord Flux Channel',
    keys: { address: 'webhook url' },
    annotations: { 'example.org/purpose': 'Flux alerts' },
  }),
];
