import { appSecret } from '#cluster-secrets';

/** The *arr apps differ in nothing but their name. */
const arr = (app: string, item: string) =>
  appSecret({
    namespace: 'media',
    name: app,
    item,
    keys: { [`${app.toUpperCase()}__AUTH__APIKEY`]: 'api.key' },
  });

export default [
  arr('sonarr', 'Sonarr'),
  arr('radarr', 'Radarr'),
  arr('prowlarr', 'Prowlarr'),
  appSecret({
    namespace: 'media',
    name: 'recyclarr',
    items: { sonarr: 'Sonarr', radarr: 'Radarr' },
    template: {
      'secrets.yml': `sonarr_api_key: {{ .sonarr_api_key }}
radarr_api_key: {{ .radarr_api_key }}
`,
    },
  }),
  appSecret({
    namespace: 'media',
    name: 'plex-exporter',
    item: 'Plex',
    keys: { PLEX_TOKEN: 'X-Plex-Token' },
  }),
];
