import { appSecret } from '#cluster-secrets';

// The tunnel's token: JSON made of three fields, then base64.
export default appSecret({
  namespace: 'network',
  name: 'cloudflared-tunnel',
  item: 'Cloudflare Tunnel',
  template: {
    TUNNEL_TOKEN: '{{ toJson (dict "a" .account_tag "t" .tunnel_id "s" .tunnel_secret) | b64enc }}',
    'credentials.json': `{"AccountTag":"{{ .account_tag }}","TunnelID":"{{ .tunnel_id }}","TunnelSecret":"{{ .tunnel_secret }}"}`,
  },
});
