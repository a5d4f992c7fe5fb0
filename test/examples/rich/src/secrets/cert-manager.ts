import { appSecret, externalUnit } from '#cluster-secrets';

export default appSecret({
  namespace: 'cert-manager',
  name: 'cloudflare-api-token',
  item: 'Cloudflare',
  keys: { 'api-token': 'dns-edit token' },
  waitsFor: [externalUnit('cert-manager')],
});
