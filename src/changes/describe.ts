import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import { fieldDifferences } from '../tree.js';
import { nameOfUnit } from './beside.js';
import { contentOf, type SecretContent, secretOf } from './secret-content.js';
import { secretChanges } from './secrets.js';
import { type Files, letsGo, objectsOf, type Placed, parsed } from './tree.js';

/** What happens to an object in the cluster when Flux applies the push. */
export type Fate = 'made' | 'updated' | 'deleted' | 'made anew' | 'handed over' | 'let go';

/** One line of a change: the values before and after; undefined means absent. */
export interface Detail {
  /** What changes: `key password`, `type`, `chart`. */
  readonly what: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** What it may break. @default - none */
  readonly danger?: string;
}

/** What a push does to one object. */
export interface ObjectChange {
  readonly unit: string;
  /**
   * `Secret` stands for an ExternalSecret together with its Secret; `ExternalSecret` for one that adds keys to an
   * existing Secret, or leaves its Secret behind.
   */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly fate: Fate;
  readonly details: readonly Detail[];
}

/** What a push does. */
export interface Changes {
  readonly objects: readonly ObjectChange[];
  /** What is lost or at risk, with what to do. */
  readonly warnings: readonly Problem[];
}

/** The release notes of each chart. */
const notes: Readonly<Record<string, (version: string) => string>> = {
  'external-secrets': (version) =>
    `https://github.com/external-secrets/external-secrets/releases/tag/v${version}`,
  'onepassword-connect': (version) =>
    `https://github.com/1Password/connect-helm-charts/releases/tag/connect-${version}`,
};

/**
 * Describes what a push does in the cluster: to each Secret and its keys, to the releases, and to everything else.
 *
 * @param before The old files of `dist/`: all of them, or only those that differ.
 * @param after All new files of `dist/`.
 */
export function describeChanges(before: Files, after: Files): Changes {
  const differ = (files: Files, others: Files) =>
    new Map([...files].filter(([path, content]) => !others.get(path)?.equals(content)));
  // Skip files equal on both sides: parsing them would take most of the time.
  const [old, now] = [objectsOf(differ(before, after)), objectsOf(differ(after, before))];
  const stays = groupBy(objectsOf(after), idOf);
  const olds = groupBy(old, idOf);
  const news = groupBy(now, idOf);
  const ids = [...new Set([...olds.keys(), ...news.keys()])];
  const objects = ids.flatMap((id) => {
    const [was, is] = [olds.get(id)?.[0], news.get(id)?.[0] ?? stays.get(id)?.[0]];
    return was || is ? [changeOf(was, is, before, after)] : [];
  });
  const found = objects.filter(({ details, fate }) => fate !== 'updated' || details.length > 0);
  return {
    objects: found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    warnings: secretChanges(before, after),
  };
}

const idOf = ({ kind, namespace, name }: Placed) => `${kind} ${namespace}/${name}`;
const keyOf = ({ unit, kind, namespace, name }: ObjectChange) => `${unit} ${kind} ${namespace}/${name}`;

function changeOf(
  was: Placed | undefined,
  is: Placed | undefined,
  before: Files,
  after: Files,
): ObjectChange {
  const object = (is ?? was) as Placed;
  const { namespace, unit } = object;
  const details = detailsOf(was, is);
  return {
    unit: unit === '' ? 'namespace.yaml' : nameOfUnit(unit),
    ...shownAs(object, is === undefined),
    namespace,
    fate: fateOf(was, is, before, after),
    details,
  };
}

/** Shows an ExternalSecret as its Secret if both share their fate. */
function shownAs(object: Placed, goes: boolean): Pick<ObjectChange, 'kind' | 'name'> {
  const { kind, name } = object;
  if (kind !== 'ExternalSecret') return { kind, name };
  const { name: secret, policy } = secretOf(object);
  return policy === 'Merge' || (policy === 'Orphan' && goes)
    ? { kind, name }
    : { kind: 'Secret', name: secret };
}

function fateOf(was: Placed | undefined, is: Placed | undefined, before: Files, after: Files): Fate {
  if (!is) return letsGo(before, was?.unit ?? '') ? 'let go' : 'deleted';
  if (!was) return 'made';
  if (was.unit === is.unit) return 'updated';
  // Handed over if both units have it for a while, or if Flux is told not to prune it.
  const stillThere = [...after.keys()].some(
    (path) => path.startsWith(`${was.unit}/`) && path.endsWith(`-${was.name}.yaml`),
  );
  const keeps = was.content.includes('kustomize.toolkit.fluxcd.io/prune: disabled');
  const already = [...before.keys()].some(
    (path) => path.startsWith(`${is.unit}/`) && path.endsWith(`-${is.name}.yaml`),
  );
  return stillThere || keeps || already || letsGo(before, was.unit) ? 'handed over' : 'made anew';
}

function detailsOf(was: Placed | undefined, is: Placed | undefined): Detail[] {
  const moved: Detail[] =
    was && is && was.unit !== is.unit
      ? [{ what: 'unit', before: nameOfUnit(was.unit), after: nameOfUnit(is.unit) }]
      : [];
  const kind = (is ?? was)?.kind;
  if (kind === 'ExternalSecret')
    return [...moved, ...secretDetails(was && contentOf(parsed(was)), is && contentOf(parsed(is)))];
  if (!was || !is) return moved;
  return [...moved, ...fieldDetails(was, is)];
}

/** Keys that are added, removed, renamed or get another source; type, labels, templates. */
function secretDetails(was: SecretContent | undefined, is: SecretContent | undefined): Detail[] {
  const [old, now] = [was?.keys ?? new Map<string, string>(), is?.keys ?? new Map<string, string>()];
  const gone = [...old].filter(([key]) => !now.has(key));
  const come = [...now].filter(([key]) => !old.has(key));
  const renamed = gone.flatMap(([key, source]) => {
    const same = come.filter(([, other]) => other === source && source !== 'a template');
    const again = gone.filter(([, other]) => other === source);
    return same.length === 1 && again.length === 1 ? [[key, same[0]?.[0] ?? '', source] as const] : [];
  });
  const danger = 'apps that read this key may fail';
  const details: Detail[] = [
    ...renamed.map(([from, to, source]) => ({
      what: `key ${from} -> ${to}`,
      before: source,
      after: source,
      ...(was && is && { danger }),
    })),
    ...come
      .filter(([key]) => !renamed.some(([, to]) => to === key))
      .map(([key, source]) => ({ what: `key ${key}`, before: undefined, after: source })),
    ...gone
      .filter(([key]) => !renamed.some(([from]) => from === key))
      .map(([key, source]) => ({
        what: `key ${key}`,
        before: source,
        after: undefined,
        ...(is && { danger }),
      })),
    ...[...now]
      .filter(([key, source]) => old.has(key) && old.get(key) !== source)
      .map(([key, source]) => ({ what: `key ${key}`, before: old.get(key), after: source })),
  ];
  if (!was || !is) return details;
  for (const [key, template] of is.templates) {
    const before = was.templates.get(key);
    if (before !== undefined && before !== template)
      details.push({ what: `template ${key}`, before, after: template });
  }
  const plain = (content: SecretContent): [string, string][] => [
    ['type', content.type],
    ['refresh interval', content.refreshInterval],
    ['refresh policy', content.refreshPolicy],
    ['creation policy', content.creationPolicy],
    ['Secret', content.secret],
    ...Object.entries(content.labels).map(([key, value]): [string, string] => [
      `label ${key}`,
      String(value),
    ]),
    ...Object.entries(content.annotations).map(([key, value]): [string, string] => [
      `annotation ${key}`,
      String(value),
    ]),
  ];
  const [a, b] = [new Map(plain(was)), new Map(plain(is))];
  for (const what of new Set([...a.keys(), ...b.keys()])) {
    if (a.get(what) !== b.get(what)) details.push({ what, before: a.get(what), after: b.get(what) });
  }
  return details;
}

/** Fields that differ, with what the important ones mean for the cluster. */
function fieldDetails(was: Placed, is: Placed): Detail[] {
  return fieldDifferences(parsed(was), parsed(is)).flatMap(({ field, from, to }) => {
    const [before, after] = [shown(from), shown(to)];
    if (before === after) return [];
    if (is.kind === 'OCIRepository' && field === 'spec.ref.tag') {
      const link = notes[is.name]?.(after ?? '');
      return {
        what: 'chart',
        before,
        after: link === undefined ? after : `${after}, ${link}`,
        danger:
          is.name === 'external-secrets'
            ? 'External Secrets Operator restarts, and its CRDs change'
            : 'Connect restarts',
      };
    }
    if (field.endsWith('cluster-secrets/credentials-digest')) {
      return { what: 'credentials', before: 'old', after: 'new: Connect restarts' };
    }
    const rolls = is.kind === 'HelmRelease' && /^spec\.(values|postRenderers)/.test(field);
    return { what: field, before, after, ...(rolls && { danger: 'its pods may restart' }) };
  });
}

function shown(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
