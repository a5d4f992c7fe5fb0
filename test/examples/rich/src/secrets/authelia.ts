import { appSecret } from '#cluster-secrets';

export default appSecret({
  namespace: 'security',
  name: 'authelia',
  items: { authelia: 'Authelia', ldap: 'LLDAP', smtp: 'Mailgun SMTP' },
  keys: {
    SESSION_ENCRYPTION_KEY: { item: 'authelia', field: 'session secret' },
    STORAGE_ENCRYPTION_KEY: { item: 'authelia', field: 'storage.encryption-key' },
    JWT_TOKEN: { item: 'authelia', field: 'jwt-token' },
    LDAP_PASSWORD: { item: 'ldap', field: 'admin password' },
    SMTP_PASSWORD: { item: 'smtp', field: 'password' },
  },
  template: {
    'users.yaml': `users:
  admin:
    password: "{{ .authelia_admin_hash }}"
    email: "{{ .authelia_admin_e_mail }}"
`,
  },
});
