import { appSecret } from '#cluster-secrets';

export default [
  appSecret({
    namespace: 'network',
    name: 'external-dns-cloudflare',
    item: 'Cloudflare',
    keys: { CF_API_TOKEN: 'dns-edit token', CF_ZONE_ID: 'zone.home' },
  }),
  appSecret({
    namespace: 'network',
    name: 'external-dns-unifi',
    item: 'UniFi',
    keys: { EXTERNAL_DNS_UNIFI_API_KEY: 'API Key (external-dns)' },
  }),
];
