import { appSecret } from '#cluster-secrets';

// The same pull secret in two namespaces.
export default ['default', 'media'].map((namespace) =>
  appSecret({
    namespace,
    name: 'registry-pull',
    item: 'GitHub Container Registry',
    type: 'kubernetes.io/dockerconfigjson',
    template: {
      '.dockerconfigjson':
        '{"auths":{"ghcr.io":{"username":"{{ .username }}","password":"{{ .personal_access_token }}","auth":"{{ printf "%s:%s" .username .personal_access_token | b64enc }}"}}}',
    },
  }),
);
