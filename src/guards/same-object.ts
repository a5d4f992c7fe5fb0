import { apiObjectsIn } from '../constructs/objects.js';
import type { Problem } from '../errors.js';
import { nameIn } from '../platform/context.js';
import { isExisting } from '../platform/existing.js';
import type { Platform } from '../platform/platform.js';
import { settingsFile } from '../platform/settings.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import { thereAlready } from '../platform/there-already.js';
import { identity } from '../repository/objects.js';
import type { RepositoryView } from '../repository/scan.js';
import { metadataOf, type Tree } from '../tree.js';

/** Kinds whose duplicates other guards report. */
const elsewhere = new Set(['ExternalSecret', 'Kustomization', 'Namespace']);

/**
 * Objects of this project that Flux also applies from elsewhere in the repository: the two would undo each other's
 * work, and removing one would delete the other's object.
 */
export function sameObjectProblems(
  platform: Platform,
  settings: ResolvedSettings,
  view: RepositoryView,
): Problem[] {
  const ours = new Map<string, { unit: string; object: Tree }>();
  for (const unit of platform.units) {
    for (const node of apiObjectsIn(unit)) {
      if (elsewhere.has(node.kind)) continue;
      const { apiVersion, kind, name } = node;
      const object = { apiVersion, kind, metadata: { name, namespace: node.metadata.namespace } };
      ours.set(identity(object), { unit: unit.unitName, object });
    }
  }
  const found = view.sameObjects([...ours.values()].map(({ object }) => object));
  const there = thereAlready(view, settings);
  const operators = isExisting(settings.externalSecrets)
    ? []
    : there.filter(({ part }) => part === 'externalSecrets');
  const partOf: Readonly<Record<string, string>> = {
    [nameIn(settings, 'external-secrets')]: 'externalSecrets',
    [nameIn(settings, 'onepassword-connect')]: 'connect',
    [nameIn(settings, 'onepassword-store')]: 'store',
  };
  const clashes = [...found].flatMap(([id, others]) => {
    const one = ours.get(id);
    const files = [...new Set(others.map(({ file }) => file))];
    // A second release of the operator gets its own message.
    const told = one?.object['kind'] === 'HelmRelease' && operators.some(({ file }) => files.includes(file));
    if (!one || files.length === 0 || told) return [];
    const { kind } = one.object;
    const { namespace, name } = metadataOf(one.object);
    const lines = there.filter(({ part }) => part === partOf[one.unit]).map(({ line }) => line);
    return [
      {
        where: one.unit,
        what: `its ${String(kind)} ${namespace === undefined ? '' : `${String(namespace)}/`}${String(name)} is also in ${files.join(' and ')}, and the two would undo each other's work`,
        todo: lines.length > 0 ? keep(lines) : 'remove it there first, or rename one of the two',
      },
    ];
  });
  const stores = there.filter(({ part }) => part === 'store').map(({ line }) => line);
  return [
    ...operators.map(({ what, line }) => ({
      where: nameIn(settings, 'external-secrets'),
      what: `${what}: two of them would fight over the CRDs`,
      todo: keep([line, ...stores]),
    })),
    ...clashes,
  ];
}

function keep(lines: readonly string[]): string {
  const written = [...new Set(lines)].map((line) => `\`${line}\``).join(' or ');
  return `to use that one, write ${written} in ${settingsFile}; to let this project manage it instead, hand it over as described in docs/adoption.md`;
}
