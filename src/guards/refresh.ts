import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import type { ResolvedSettings } from '../platform/settings.js';
import { isTooLong, tooLong } from '../platform/shape.js';

/** A refresh interval that breaks the promise of this project, with a store that could keep it. */
export function refreshProblems({ refreshInterval }: AppSecretProps, { store }: ResolvedSettings): Problem[] {
  if (refreshInterval === undefined || store.provider !== 'onepassword' || !isTooLong(refreshInterval))
    return [];
  const [what = '', todo = ''] = tooLong.split('; ');
  return [{ where: 'refreshInterval', what: `'${refreshInterval}' ${what}`, todo }];
}
