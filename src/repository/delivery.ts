import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import { at, fieldDifferences, isTree, metadataOf, type Tree } from '../tree.js';
import { FluxKustomization } from './flux-kustomization.js';
import { afterStep, doesNothing, type Step } from './kustomize.js';
import type { Way } from './model.js';
import type { RepositoryView } from './scan.js';
import { substituted } from './substitute.js';

/** The objects in `dist/`. */
export interface Shipped {
  /** The Namespace; undefined if something else in the repository creates it. */
  readonly namespace: Tree | undefined;
  readonly units: readonly ShippedUnit[];
}

/** A unit in `dist/`. */
export interface ShippedUnit {
  readonly kustomization: Tree;
  /** Its objects, created on demand. */
  readonly objects: () => readonly Tree[];
}

/** How Flux applies `dist/`. */
export interface Delivery {
  /**
   * - `applied`: by one Flux Kustomization.
   * - `twice`: by several, or more than once.
   * - `absent`: by none.
   * - `left out`: an ignore rule excludes it from what Flux fetches.
   * - `unknown`: the repository does not tell.
   */
  readonly state: 'applied' | 'twice' | 'absent' | 'left out' | 'unknown';
  /** The Flux Kustomizations that apply it. */
  readonly by: readonly FluxKustomization[];
  /** How it differs in the cluster from what synth wrote. */
  readonly changes: readonly Change[];
  /** What would not work. */
  readonly problems: readonly Problem[];
}

/** A difference between an object of `dist/` and the one that the cluster gets. */
export interface Change {
  /** `HelmRelease external-secrets`. */
  readonly object: string;
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  /** The file that causes it. */
  readonly file: string;
  /** What it breaks; undefined if it is harmless. */
  readonly breaks: string | undefined;
}

/** Follows `dist/` from git into the cluster. */
export function deliver(view: RepositoryView, shipped: Shipped): Delivery {
  const { model, dist } = view;
  const nothing = { by: [], changes: [], problems: [] };
  const ignored = model.artifact.ignoredBy(`${dist}/kustomization.yaml`);
  if (ignored) {
    const problem = {
      where: dist,
      what: `is not in what Flux fetches: the rule \`${ignored.rule}\` in ${ignored.origin} excludes it`,
      todo: `exclude ${dist} from that rule, or move the project`,
    };
    return { ...nothing, state: 'left out', problems: [problem] };
  }
  if (model.elsewhere) {
    const { file, name, source } = model.elsewhere;
    const problem = {
      where: file,
      what: `the root ${name} takes its files from the ${source?.kind} ${source?.name}, so the location of this project in it is unknown`,
      todo: `make sure that Flux applies ${dist} once, and set flux.path to the project's folder in it`,
    };
    return { ...nothing, state: 'unknown', problems: [problem] };
  }
  const ways = model.likelyWays(dist).filter(({ by }) => by);
  const by = [...new Map(ways.flatMap(({ by }) => (by ? [[key(by), by] as const] : []))).values()].sort(
    (a, b) => (a.file < b.file ? -1 : 1),
  );
  if (by.length === 0) {
    const artifact = artifactBuilder(view);
    if (!artifact) return { ...nothing, state: 'absent' };
    const problem = {
      where: artifact.file,
      what: `the Flux Kustomization ${artifact.name} takes its files from the ExternalArtifact ${artifact.source?.name}, so it is unknown whether it contains ${dist}`,
      todo: `make sure that Flux applies ${dist} once, and set flux.source and flux.path accordingly`,
    };
    return { ...nothing, state: 'unknown', problems: [problem] };
  }
  const changes = unique(ways.flatMap((way) => changesOn(way, shipped)));
  const problems = broken(changes, 'remove that change there, or apply dist/ from a place it does not reach');
  if (by.length > 1) {
    const each = by.map(({ name, file }) => `${name} in ${file}`).join(' and ');
    problems.unshift({
      where: dist,
      what: `is applied ${by.length} times, by the Flux Kustomizations ${each}: they undo each other's changes`,
      todo: 'remove all but one',
    });
    return { state: 'twice', by, changes, problems };
  }
  return { state: 'applied', by, changes, problems };
}

/** Identifies a Flux Kustomization, regardless of the root that reaches it. */
function key({ file, namespace, name }: FluxKustomization): string {
  return `${file} ${namespace}/${name}`;
}

/** A Flux Kustomization with files from an ArtifactGenerator, which may contain `dist/` under any path. */
function artifactBuilder({ model, dist }: RepositoryView): FluxKustomization | undefined {
  return model
    .fluxHolding('ExternalArtifact')
    .filter(({ root, source }) => source?.kind === 'ExternalArtifact' && (root ?? !model.hasRoots))
    .find(
      ({ path = '' }) =>
        path === '.' || dist.endsWith(path) || dist.startsWith(`${path}/`) || dist.includes(`/${path}/`),
    );
}

/** Warns if Flux fetches files of the project outside `dist/`, which are not manifests. */
export function strayWarnings({ model, dist, files }: RepositoryView): Problem[] {
  const prefix = dist.slice(0, -'dist'.length);
  const ours = `${prefix}.sourceignore`;
  const stray = `${prefix}cdk8s.yaml`;
  if (files.text(stray) === undefined || model.artifact.ignoredBy(stray)) return [];
  const by = model.takesOneByOne(stray);
  const then = by
    ? `the Flux Kustomization ${by.name} in ${by.file} treats ${stray} as a manifest, and its whole build fails`
    : `Flux also fetches the project's other YAML, and a Flux Kustomization whose path covers this folder treats ${stray} as a manifest`;
  if (files.text(ours) === undefined) {
    return [
      {
        where: ours,
        what: `is missing, so ${then}`,
        todo: 'copy it from the project: it hides all but dist/',
      },
    ];
  }
  const overruled = model.artifact.spares(stray);
  return [
    {
      where: ours,
      what: `is overruled by ${overruled ?? 'another rule'}, so ${then}`,
      todo: `add ${prefix}* and !${dist} to those rules${by ? `, or list ${dist} in a kustomization.yaml` : ''}`,
    },
  ];
}

/**
 * Changes on the way to the cluster that break one object outside `dist/`, apart from its namespace.
 *
 * @param object The object, as synth writes it.
 * @param todo What the user should do about it.
 */
export function changeProblems(object: Tree, ways: readonly Way[], todo: string): Problem[] {
  const changes = ways.flatMap((way) => followed(object, way).changes);
  return broken(
    unique(changes).filter(({ field }) => field !== 'metadata.namespace'),
    todo,
  );
}

/** How each object changes on its way, step by step, so that each change is attributed to a file. */
function changesOn(way: Way, { namespace, units }: Shipped): Change[] {
  const changes: Change[] = [];
  const follow = (object: Tree, on: Way): Tree => {
    const { end, changes: found } = followed(object, on);
    changes.push(...found);
    return end;
  };
  if (namespace) follow(namespace, way);
  for (const { kustomization, objects } of units) {
    const unit = new FluxKustomization(way.by?.file ?? '', follow(kustomization, way), undefined);
    const origin = way.by?.file ?? unit.file;
    const step = {
      ...unit.step,
      file: origin,
      patches: unit.step.patches.map((patch) => ({ ...patch, file: origin })),
    };
    if (doesNothing(step) && unit.variables.size === 0) continue;
    for (const object of objects()) follow(object, { steps: [step], by: undefined });
  }
  return changes;
}

/** Follows an object along a way. */
function followed(object: Tree, { steps, by }: Way): { end: Tree; changes: Change[] } {
  const changes: Change[] = [];
  const end = steps.reduce<Tree>((before, step) => {
    const after = afterStep(before, step);
    if (after === undefined) {
      changes.push(deletion(before, step));
      return before;
    }
    changes.push(...differences(before, after, step));
    return after;
  }, object);
  if (!by) return { end, changes };
  const after = substituted(end, by.variables);
  changes.push(...differences(end, after, by.step));
  return { end: after, changes };
}

/** That a patch takes a whole object away. */
function deletion(before: Tree, { file }: Step): Change {
  const object = `${String(before['kind'])} ${String(metadataOf(before)['name'])}`;
  return { object, field: '$patch', from: undefined, to: 'delete', file, breaks: 'Flux then never makes it' };
}

function unique(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((one) => [JSON.stringify(one), one])).values()];
}

function differences(before: Tree, after: Tree, { file }: Step): Change[] {
  if (before === after) return [];
  const kind = String(before['kind']);
  const object = `${kind} ${String(metadataOf(before)['name'])}`;
  return fieldDifferences(before, after).map(({ field, from, to }) => ({
    object,
    field,
    from,
    to,
    file,
    breaks: whatBreaks(kind, field, to, after),
  }));
}

/** Fields of a HelmRelease that change how Flux installs the chart, but not what. */
const helmFreedom =
  /^(spec\.(interval|timeout|maxHistory|persistentClient|install|upgrade|rollback|uninstall|test|commonMetadata)(\.|$)|metadata\.(labels|annotations))/;

/** Fields of a Flux Kustomization that are free to change: when it runs, and what this module follows itself. */
const fluxFreedom =
  /^(spec\.(interval|retryInterval|timeout|deletionPolicy|force|commonMetadata|patches|postBuild|components|images|decryption|serviceAccountName)(\.|$)|metadata\.(labels|annotations))/;

/** What a change breaks; undefined if it is harmless. */
function whatBreaks(kind: string, field: string, to: unknown, after: Tree): string | undefined {
  if (/^metadata\.(labels|annotations)(\.|$)/.test(field)) {
    return /reconcile|ssa/.test(field) && to !== undefined ? 'Flux then ignores it' : undefined;
  }
  if (kind === 'Namespace') {
    return field === 'metadata.name'
      ? 'everything in this project expects the original name of the Namespace'
      : undefined;
  }
  if (kind === 'Kustomization') {
    if (field === 'metadata.namespace')
      return 'Flux then looks up the source, the decryption key and dependencies in another namespace';
    if (field === 'metadata.name') return 'whatever waits for it expects its original name';
    if (field === 'spec.wait' && to === true)
      return 'Flux then ignores its health checks, so a missing bootstrap Secret goes unnoticed';
    const deletes =
      field === 'spec.deletionPolicy' && to !== 'Orphan' && at(after, 'spec', 'prune') === false;
    if (deletes) return 'Flux then deletes what the unit applied when it goes, although it does not prune';
    return fluxFreedom.test(field) ? undefined : 'the unit no longer matches this project';
  }
  if (kind === 'HelmRelease') {
    const strategy = refusedStrategy(after);
    if (strategy && field.includes('strategy')) return strategy;
    if (field === 'spec.driftDetection.mode' && to === 'enabled') return undefined;
    if (field.startsWith('spec.upgrade.strategy') && needsMonitoring(after)) {
      return 'Flux then gives up after some failures, such as on a new cluster until the CRD of ServiceMonitor exists';
    }
    return helmFreedom.test(field) ? undefined : 'the release no longer matches this project';
  }
  if (kind === 'OCIRepository')
    return field === 'spec.layerSelector' ? 'Flux no longer treats it as a chart' : undefined;
  return 'it no longer matches this project';
}

/** Whether a release needs the CRDs of the Prometheus operator. */
function needsMonitoring({ spec }: Tree): boolean {
  const values = isTree(spec) ? JSON.stringify(spec['values']) : '';
  return /"renderMode":"(alwaysRender|failIfMissing)"|"api":\{[^}]*"serviceMonitor":\{"enabled":true/.test(
    values,
  );
}

/** The HelmRelease CRD's rules about strategies, which the API server enforces. */
function refusedStrategy({ spec }: Tree): string | undefined {
  const strategy = (action: string): Tree => {
    const one = isTree(spec) && isTree(spec[action]) ? spec[action] : {};
    return isTree(one['strategy']) ? one['strategy'] : {};
  };
  const [install, upgrade] = [strategy('install'), strategy('upgrade')];
  if (upgrade['retryInterval'] !== undefined && upgrade['name'] !== 'RetryOnFailure') {
    return 'the API server refuses it: spec.upgrade.strategy.retryInterval can only be set with RetryOnFailure';
  }
  if (install['retryInterval'] !== undefined && install['name'] === 'RemediateOnFailure') {
    return 'the API server refuses it: spec.install.strategy.retryInterval cannot be set with RemediateOnFailure';
  }
  return undefined;
}

/** One problem for all objects that a file breaks in the same way. */
function broken(changes: readonly Change[], todo: string): Problem[] {
  const groups = groupBy(
    changes.filter(({ breaks }) => breaks !== undefined),
    ({ object, field, file, breaks }) => JSON.stringify([object.split(' ')[0], field, file, breaks]),
  );
  return [...groups.values()].flatMap((group) => {
    const [change] = group;
    if (!change) return [];
    const [first = '', ...more] = new Set(group.map(({ object }) => object));
    return [
      {
        where: change.file,
        what: `changes ${first}${more.length > 0 ? ` and ${more.length} more` : ''}: ${changeText(change)}: ${change.breaks}`,
        todo,
      },
    ];
  });
}

/** `spec.suspend: nothing -> true`. */
export function changeText({ field, from, to }: Change): string {
  return `${field}: ${shown(from)} -> ${shown(to)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
