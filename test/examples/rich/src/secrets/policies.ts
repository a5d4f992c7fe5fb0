import { appSecret } from '#cluster-secrets';

export default [
  // One Secret in several namespaces.
  appSecret({
    namespaces: ['database', 'media'],
    name: 'backup-target',
    item: 'Backblaze B2',
    keys: { AWS_ACCESS_KEY_ID: 'keyID', AWS_SECRET_ACCESS_KEY: 'applicationKey' },
  }),
  // Items whose labels are known to differ: no prefix.
  appSecret({
    namespace: 'media',
    name: 'dashboard-env',
    items: ['Dashboard', 'Weather'],
    keys: 'all',
    template: { GREETING: 'Hello {{ .owner }}' },
  }),
  // Read when the Secret is made: the app changes its own password afterwards.
  appSecret({
    namespace: 'media',
    name: 'jellyfin-first-login',
    item: 'Jellyfin',
    keys: { password: 'password' },
    refreshPolicy: 'CreatedOnce',
  }),
  // Stays when this declaration goes.
  appSecret({
    namespace: 'media',
    name: 'restic-repository',
    item: 'Restic',
    keys: { RESTIC_PASSWORD: 'password' },
    creationPolicy: 'Orphan',
  }),
  // More keys for a Secret that comes from SOPS.
  appSecret({
    namespace: 'media',
    name: 'plex',
    externalSecretName: 'plex-claim',
    item: 'Plex',
    keys: { PLEX_CLAIM: 'claim' },
    creationPolicy: 'Merge',
  }),
  appSecret({
    namespace: 'media',
    name: 'plex',
    externalSecretName: 'plex-mail',
    item: 'SMTP',
    keys: { MAIL_PASSWORD: 'password' },
    creationPolicy: 'Merge',
  }),
  // The text is in a ConfigMap.
  appSecret({
    namespace: 'media',
    name: 'sabnzbd',
    item: 'SABnzbd',
    keys: { API_KEY: 'api key' },
    templateFrom: [{ configMap: 'sabnzbd-templates', keys: ['sabnzbd.ini'] }],
  }),
];
