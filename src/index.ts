/** The operator's words: all that `src/settings.ts` and `src/secrets/*.ts` import. */
import type { AppSecretProps } from './constructs/app-secret.js';
import type { Settings } from './platform/settings.js';

export type { AppSecretProps } from './constructs/app-secret.js';
export { type ExternalUnit, externalUnit } from './constructs/external-unit.js';
export type { FieldReference, FileReference, KeySource, SecretSource } from './external-secret/source.js';
export type { Settings } from './platform/settings.js';

/**
 * Declares an app secret; a file under `src/secrets/` exports one, or a list of them, as its default.
 *
 * @param props Its namespace, name, 1Password item and keys; see the fields.
 * @returns The declaration itself. It is checked at synth, so that all mistakes are told together.
 */
export function appSecret(props: AppSecretProps): AppSecretProps {
  return props;
}

/**
 * Declares the settings; `src/settings.ts` exports them as its default.
 *
 * @param settings What differs from the defaults.
 * @returns The settings themselves. They are checked at synth.
 */
export function defineSettings(settings: Settings): Settings {
  return settings;
}
