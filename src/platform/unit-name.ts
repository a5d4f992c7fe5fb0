import { createHash } from 'node:crypto';
import type { AppSecretProps } from '../constructs/app-secret.js';
import { everReady } from '../constructs/unit.js';
import { nameIn } from './context.js';
import type { ResolvedSettings } from './settings.js';

/** How the units of app secrets begin. */
export const secretsPrefix = 'secrets-';

/** Flux puts the name of a Kustomization into a label, and the value of a label has at most 63 characters. */
const longest = 63;

/**
 * Name of the unit that an app secret is in, which is what an app writes into its own `dependsOn`. Nothing
 * but the secret itself decides on it, so that no other secret ever moves it:
 *
 * - `secrets-<namespace>`: all app secrets of a namespace that wait for nothing;
 * - `secrets-<namespace>-<unit>`: those that ask for a unit;
 * - `secrets-<namespace>-after-<name>-<name>`: those that wait for the same Flux Kustomizations.
 *
 * A name that would be too long for Flux ends in a digest.
 *
 * @param project Whose name, if it has one, stands in front.
 */
export function unitNameOf(
  { namespace, unit, waitsFor = [] }: AppSecretProps,
  project: Pick<ResolvedSettings, 'name'>,
): string {
  const names = [...new Set(waitsFor.map(({ unitName }) => unitName.replaceAll('.', '-')))].sort();
  const after = names.length > 0 ? ['after', ...names] : [];
  const own = [namespace, ...(unit === undefined ? after : [unit])].join('-');
  const name = nameIn(project, `${secretsPrefix}${own}`);
  if (name.length <= longest) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longest - digest.length - 1).replace(/-+$/, '')}-${digest}`;
}

/** What an app writes into its Flux Kustomization to wait for a unit the first time, and not at every push. */
export function dependsOn(unitName: string): string {
  return `dependsOn: [{ name: ${unitName}, readyExpr: "${everReady}" }]`;
}
