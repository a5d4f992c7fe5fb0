import { appSecret } from '#cluster-secrets';

export default [
  appSecret({
    namespace: 'network',
    name: 'internal-ca',
    item: 'Internal CA',
    type: 'kubernetes.io/tls',
    keys: { 'tls.crt': 'certificate', 'tls.key': 'private key' },
  }),
  appSecret({
    namespace: 'network',
    name: 'wildcard',
    item: 'Wildcard Certificate',
    type: 'kubernetes.io/tls',
    template: {
      'tls.crt':
        '{{ with .bundle | filterPEM "CERTIFICATE" }}{{ . }}{{ else }}{{ fail "no certificate" }}{{ end }}',
      'tls.key': '{{ with .bundle | filterPEM "PRIVATE KEY" }}{{ . }}{{ else }}{{ fail "no key" }}{{ end }}',
    },
  }),
];
