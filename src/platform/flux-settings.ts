import type { Problem } from '../errors.js';
import { type Answer, type Conventions, conventionsOf } from '../repository/conventions.js';
import type { FluxModel } from '../repository/model.js';
import { isTree } from '../tree.js';
import { settingsFile } from './settings.js';
import type { ResolvedSettings } from './settings-schema.js';

/** The settings, with those about Flux filled in from the repository. */
export interface FoundSettings {
  readonly settings: ResolvedSettings;
  /** What was read from the repository, one line each, to show to the user. */
  readonly said: readonly string[];
  /** Settings on which the repository disagrees, so that the user must choose. */
  readonly warnings: readonly Problem[];
}

/**
 * Fills in the settings about Flux that the user left out, where the whole repository agrees on a value.
 *
 * @param settings The settings, with the defaults.
 * @param page What `src/settings.ts` exports.
 */
export function settingsFromRepository(
  settings: ResolvedSettings,
  page: unknown,
  model: FluxModel,
): FoundSettings {
  const given = isTree(page) && isTree(page['flux']) ? page['flux'] : {};
  const found = conventionsOf(model);
  const said: string[] = [];
  const warnings: Problem[] = [];
  const answer = <Value>(
    field: keyof Conventions,
    answers: readonly Answer<Value>[],
    show: (value: Value) => string,
    fallback: Value,
  ): Value => {
    if (given[field] !== undefined) return fallback;
    const [first, second] = answers;
    if (first && second) {
      const each = answers.map(({ value, file }) => `${show(value)} (${file})`).join(' and ');
      warnings.push({
        where: `${settingsFile}: flux.${field}`,
        what: `is not set, and the repository disagrees about it: ${each}, so ${show(fallback)} is used`,
        todo: 'set the one this project needs',
      });
      return fallback;
    }
    if (!first || show(first.value) === show(fallback)) return fallback;
    said.push(`flux.${field} is ${show(first.value)}, read from ${first.file}`);
    return first.value;
  };
  const { flux } = settings;
  const namespace = answer('namespace', found.namespace, String, flux.namespace);
  const sources = found.source.map(({ value, file }) => ({ value: toSource(value, namespace), file }));
  const source = answer('source', sources, showSource, flux.source);
  const sopsSecret = answer('sopsSecret', found.sopsSecret, String, flux.sopsSecret);
  const serviceAccountName = answer(
    'serviceAccountName',
    found.serviceAccountName,
    (value) => value ?? 'none',
    flux.serviceAccountName,
  );
  return {
    settings: { ...settings, flux: { ...flux, namespace, source, sopsSecret, serviceAccountName } },
    said,
    warnings,
  };
}

type Source = ResolvedSettings['flux']['source'];

function toSource(value: Conventions['source'][number]['value'], namespace: string): Source {
  const { kind, name, namespace: from } = value;
  return {
    kind: kind as Source['kind'],
    name,
    ...(from !== undefined && from !== namespace && { namespace: from }),
  };
}

function showSource({ kind, name, namespace }: Source): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
