import { appSecret } from '#cluster-secrets';

const apps = ['atuin', 'home-assistant', 'sonarr'];

/** A restic repository for each app, all from one item. */
export default apps.map((app) =>
  appSecret({
    namespace: 'volsync-system',
    name: `${app}-volsync`,
    item: 'VolSync Restic',
    keys: {
      RESTIC_PASSWORD: 'RESTIC_PASSWORD',
      AWS_ACCESS_KEY_ID: 'AWS_ACCESS_KEY_ID',
      AWS_SECRET_ACCESS_KEY: 'AWS_SECRET_ACCESS_KEY',
    },
    template: { RESTIC_REPOSITORY: `{{ .REPOSITORY_TEMPLATE }}/${app}` },
  }),
);
