import { OperatorError } from '../errors.js';
import type { Surroundings } from '../surroundings.js';
import { openConnect } from './connect.js';
import { openOp, opState } from './op-items.js';
import type { Vaults } from './vaults.js';

/**
 * Opens 1Password for reading: through Connect if `OP_CONNECT_HOST` and `OP_CONNECT_TOKEN` are both set,
 * otherwise through the `op` CLI if you are signed in.
 *
 * @param namespace Namespace of this project's Connect server, for messages; undefined if it isn't ours.
 * @param at The environment, and the folder that `op` runs in.
 * @throws OperatorError if there is neither, or if one of the two variables is malformed.
 */
export async function openVaults(namespace: string | undefined, at: Surroundings): Promise<Vaults> {
  const { OP_CONNECT_HOST: host, OP_CONNECT_TOKEN: token } = at.env;
  if (host && token) return openConnect({ host, token, namespace });
  const state = await opState(at);
  if (state === 'signed in') return openOp(at);
  const missing = [!host && 'OP_CONNECT_HOST', !token && 'OP_CONNECT_TOKEN'].filter(Boolean);
  throw new OperatorError([
    {
      where: '1Password',
      what: `can't be read: ${missing.join(' and ')} not set, and op is ${state}`,
      todo: 'set both to reach Connect, or install the 1Password CLI and sign in with `op signin`',
    },
  ]);
}
