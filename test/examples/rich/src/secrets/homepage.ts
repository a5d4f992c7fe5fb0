import { appSecret } from '#cluster-secrets';

// Many items, one key each.
export default appSecret({
  namespace: 'default',
  name: 'homepage',
  items: {
    sonarr: 'Sonarr',
    radarr: 'Radarr',
    plex: 'Plex',
    proxmox: 'Proxmox',
    unifi: 'UniFi',
  },
  keys: {
    HOMEPAGE_VAR_SONARR_TOKEN: { item: 'sonarr', field: 'api.key' },
    HOMEPAGE_VAR_RADARR_TOKEN: { item: 'radarr', field: 'api.key' },
    HOMEPAGE_VAR_PLEX_TOKEN: { item: 'plex', field: 'X-Plex-Token' },
    HOMEPAGE_VAR_PROXMOX_USER: { item: 'proxmox', field: 'api user' },
    HOMEPAGE_VAR_PROXMOX_TOKEN: { item: 'proxmox', field: 'api token' },
    HOMEPAGE_VAR_UNIFI_PASSWORD: { item: 'unifi', field: 'password' },
  },
  labels: { 'app.kubernetes.io/name': 'homepage' },
});
