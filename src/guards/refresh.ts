import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import { isTooLong, tooLong } from '../platform/shape.js';

/** A refresh interval that is too long, with a store whose provider does not limit reads. */
export function refreshProblems({ refreshInterval }: AppSecretProps, { store }: ResolvedSettings): Problem[] {
  if (refreshInterval === undefined || store.provider !== 'onepassword' || !isTooLong(refreshInterval))
    return [];
  const { what, todo } = tooLong;
  return [{ where: 'refreshInterval', what: `'${refreshInterval}' ${what}`, todo }];
}
