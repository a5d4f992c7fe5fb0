import { ApiObject } from 'cdk8s';
import type { Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import { identity } from '../repository/objects.js';
import type { RepositoryView } from '../repository/scan.js';
import { metadataOf, type Tree } from '../tree.js';

/** Kinds whose doubles other guards tell in their own words. */
const elsewhere = new Set(['ExternalSecret', 'Kustomization', 'Namespace']);

/**
 * Objects of this project that Flux applies from elsewhere in the repository, too: the two would undo each
 * other's work, and where one of them goes, it takes the other's object along.
 */
export function sameObjectProblems(platform: Platform, view: RepositoryView): Problem[] {
  const ours = new Map<string, { unit: string; object: Tree }>();
  for (const unit of platform.units) {
    for (const node of unit.node.findAll()) {
      if (!ApiObject.isApiObject(node) || elsewhere.has(node.kind)) continue;
      const { apiVersion, kind, name } = node;
      const object = { apiVersion, kind, metadata: { name, namespace: node.metadata.namespace } };
      ours.set(identity(object), { unit: unit.unitName, object });
    }
  }
  const found = view.sameObjects([...ours.values()].map(({ object }) => object));
  const told = new Set<string>();
  const problems = [...found].flatMap(([id, others]) => {
    const one = ours.get(id);
    if (!one || others.length === 0) return [];
    const files = [...new Set(others.map(({ file }) => file))];
    for (const file of files) told.add(file);
    const { kind } = one.object;
    const { namespace, name } = metadataOf(one.object);
    return [
      {
        where: one.unit,
        what: `its ${String(kind)} ${namespace === undefined ? '' : `${String(namespace)}/`}${String(name)} is in ${files.join(' and ')}, too, and the two would undo each other's work`,
        todo: `remove it there first, or keep that one and leave this project out`,
      },
    ];
  });
  const operators = view.operatorReleases().filter(({ file }) => !told.has(file));
  return [
    ...problems,
    ...operators.map(({ file, object }) => ({
      where: 'external-secrets',
      what: `External Secrets Operator is there already, as HelmRelease ${String(metadataOf(object)['namespace'])}/${String(metadataOf(object)['name'])} in ${file}: two of them would fight over the CRDs`,
      todo: 'remove it there first, or keep that one and leave this project out',
    })),
  ];
}
