import { createHash } from 'node:crypto';
import type { ApiObject } from 'cdk8s';
import { dump } from 'js-yaml';
import { apiObjectsIn } from '../constructs/objects.js';
import type { Unit } from '../constructs/unit.js';
import { OperatorError, type Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import { leaveAlone } from '../repository/substitute.js';
import { isTree, metadataOf, type Tree } from '../tree.js';

/** The files of `dist/`: content by path relative to it, with `/`. */
export type FileTree = ReadonlyMap<string, Buffer>;

/**
 * Formats a YAML document: keys in cdk8s's order, no anchors, no folding. Strings that YAML 1.1 (kustomize) or 1.2
 * would read as another type are quoted.
 */
export function toYaml(document: unknown): string {
  return dump(document, { noRefs: true, lineWidth: -1 });
}

/**
 * Renders the platform into the files of `dist/`, in memory.
 *
 * @returns The files, sorted by path.
 * @throws OperatorError if two objects have the same file name.
 */
export function render({ namespace, units }: Pick<Platform, 'namespace' | 'units'>): FileTree {
  const files = new Map<string, Buffer>();
  const problems: Problem[] = [];
  const add = (path: string, content: string | Buffer) => {
    if (files.has(path)) {
      problems.push({
        where: `dist/${path}`,
        what: 'would be written twice',
        todo: 'rename one of the two objects',
      });
    }
    files.set(path, Buffer.from(content));
  };
  const fluxFiles: string[] = [];
  for (const unit of units) {
    const fluxFile = `flux/${unit.unitName}.yaml`;
    fluxFiles.push(fluxFile);
    add(fluxFile, manifest(unit.kustomization));
    const folder = folderOf(unit);
    for (const [name, content] of folder) add(`${unit.unitName}/${name}`, content);
    add(`${unit.unitName}/kustomization.yaml`, kustomization(folder.map(([name]) => name)));
  }
  const [namespaceObject] = namespace ? apiObjectsIn(namespace) : [];
  if (namespaceObject) add('namespace.yaml', manifest(namespaceObject));
  add('kustomization.yaml', kustomization([...(namespaceObject ? ['namespace.yaml'] : []), ...fluxFiles]));
  if (problems.length > 0) throw new OperatorError(problems);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The YAML of an object. */
function manifest(object: ApiObject): string {
  const json = object.toJson();
  const text = toYaml(json);
  return substitutes.test(text) ? toYaml(unsubstituted(json)) : text;
}

/** What Flux may substitute: `${` or `$$`. */
const substitutes = /\$[{$]/;

/**
 * Disables Flux's variable substitution in an object that contains `${` or `$$`: a parent Kustomization may set
 * `postBuild` on every unit, and `${...}` in a template belongs in the Secret.
 */
export function unsubstituted(object: Tree): Tree {
  if (!substitutes.test(JSON.stringify(object))) return object;
  const metadata = metadataOf(object);
  const there = isTree(metadata['annotations']) ? metadata['annotations'] : {};
  const annotations = { ...there, [leaveAlone.key]: leaveAlone.value };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** Without a kustomization.yaml, Flux generates one for all YAML below the folder. */
function kustomization(resources: readonly string[]): string {
  return toYaml({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...resources].sort(),
  });
}

/** Shortens an object's name to a file name, which can have 255 bytes at most. */
export function fileName(name: string): string {
  if (name.length <= 250) return name;
  return `${name.slice(0, 240)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** The files in a unit's folder, one per object: `<kind>-<name>.yaml`. */
function folderOf(unit: Unit): [name: string, content: string | Buffer][] {
  const objects = apiObjectsIn(unit).filter((object) => object !== unit.kustomization);
  const base = (object: ApiObject) => `${object.kind}-${object.name}`.toLowerCase();
  const seen = new Map<string, number>();
  for (const object of objects) seen.set(base(object), (seen.get(base(object)) ?? 0) + 1);
  return [
    ...unit.rawFiles.map(({ name, content }): [string, Buffer] => [name, content]),
    ...objects.map((object): [string, string] => {
      // If a name is used in several namespaces, the file name includes the namespace.
      const once = seen.get(base(object)) === 1;
      const name = once ? base(object) : `${base(object)}-${object.metadata.namespace}`;
      return [`${fileName(name)}.yaml`, manifest(object)];
    }),
  ];
}
