import { appSecret } from '#cluster-secrets';

// Labels that begin with a digit, or are not of this alphabet.
export default appSecret({
  namespace: 'monitoring',
  name: 'ntfy',
  item: 'ntfy',
  keys: { TOTP_SEED: '2fa seed', PASSWORT: 'Schlüssel', USERNAME: 'username' },
});
