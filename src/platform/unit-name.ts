import { createHash } from 'node:crypto';
import type { AppSecretProps } from '../constructs/app-secret.js';
import { everReady } from '../constructs/unit.js';
import { nameIn } from './context.js';
import type { ResolvedSettings } from './settings-schema.js';

/** Prefix of the units of app secrets. */
export const secretsPrefix = 'secrets-';

/** Flux puts the name of a Kustomization into a label, and a label value has at most 63 characters. */
const longest = 63;

/**
 * Name of the unit that contains an app secret; an app puts it into its own `dependsOn`. It depends on this app
 * secret alone, so that no other one ever moves it:
 *
 * - `secrets-<namespace>`: all app secrets of a namespace that wait for nothing;
 * - `secrets-<namespace>-<unit>`: those that set `unit`;
 * - `secrets-<namespace>-after-<name>-<name>`: those that wait for the same Flux Kustomizations.
 *
 * A name that would be too long for Flux ends in a digest.
 *
 * @param project The project; its name, if it has one, is the prefix.
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

/** What an app puts into its Flux Kustomization to wait for a unit once, instead of at every push. */
export function dependsOn(unitName: string): string {
  return `dependsOn: [{ name: ${unitName}, readyExpr: "${everReady}" }]`;
}
