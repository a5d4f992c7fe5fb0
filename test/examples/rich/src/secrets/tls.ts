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
      'tls.crt': '{{ .bundle | filterPEM "CERTIFICATE" }}',
      'tls.key': '{{ .bundle | filterPEM "PRIVATE KEY" }}',
    },
  }),
];
