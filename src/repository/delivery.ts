import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import { fieldDifferences, isTree, metadataOf, type Tree } from '../tree.js';
import { FluxKustomization } from './flux-kustomization.js';
import { afterStep, doesNothing, type Step } from './kustomize.js';
import type { Way } from './model.js';
import type { RepositoryView } from './scan.js';
import { substituted } from './substitute.js';

/** What `dist/` holds, as objects. */
export interface Shipped {
  /** The Namespace; undefined when it is left to the repository. */
  readonly namespace: Tree | undefined;
  readonly units: readonly ShippedUnit[];
}

/** A unit of `dist/`. */
export interface ShippedUnit {
  readonly kustomization: Tree;
  /** Its objects, made when asked. */
  readonly objects: () => readonly Tree[];
}

/** What becomes of `dist/` in the cluster. */
export interface Delivery {
  /**
   * - `applied`: by one Flux Kustomization.
   * - `twice`: by several, or more than once.
   * - `absent`: by none.
   * - `left out`: an ignore rule keeps it out of what Flux fetches.
   * - `unknown`: nobody can tell from the repository.
   */
  readonly state: 'applied' | 'twice' | 'absent' | 'left out' | 'unknown';
  /** The Flux Kustomizations that apply it. */
  readonly by: readonly FluxKustomization[];
  /** What is done to it on the way: how it differs in the cluster from what synth wrote. */
  readonly changes: readonly Change[];
  /** What would not work, each with what to do. */
  readonly problems: readonly Problem[];
}

/** A difference between an object of `dist/` and the one that the cluster gets. */
export interface Change {
  /** `HelmRelease external-secrets`. */
  readonly object: string;
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  /** The file that does it. */
  readonly file: string;
  /** What it breaks; undefined for one that does no harm. */
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
      what: `is not in what Flux fetches: the rule \`${ignored.rule}\` of ${ignored.origin} leaves it out`,
      todo: `let that rule spare ${dist}, or move the project to where it does`,
    };
    return { ...nothing, state: 'left out', problems: [problem] };
  }
  if (model.elsewhere) {
    const { file, name, source } = model.elsewhere;
    const problem = {
      where: file,
      what: `the root ${name} takes its files from the ${source?.kind} ${source?.name}, and where this repository is in it can't be told`,
      todo: `see that Flux applies ${dist} once, and set flux.path to the project's folder in it`,
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
      what: `the Flux Kustomization ${artifact.name} takes its files from the ExternalArtifact ${artifact.source?.name}, and whether ${dist} is in it can't be told`,
      todo: `see that Flux applies ${dist} once, and set flux.source and flux.path to what is right there`,
    };
    return { ...nothing, state: 'unknown', problems: [problem] };
  }
  const changes = unique(ways.flatMap((way) => changesOn(way, shipped)));
  const problems = broken(
    changes,
    'take that away there, or apply dist/ from a place that it does not reach',
  );
  if (by.length > 1) {
    const each = by.map(({ name, file }) => `${name} in ${file}`).join(' and ');
    problems.unshift({
      where: dist,
      what: `is applied ${by.length} times, by the Flux Kustomizations ${each}: what one of them prunes or changes, the other makes anew`,
      todo: 'remove all but one',
    });
    return { state: 'twice', by, changes, problems };
  }
  return { state: 'applied', by, changes, problems };
}

/** One Flux Kustomization, however many roots reach it. */
function key({ file, namespace, name }: FluxKustomization): string {
  return `${file} ${namespace}/${name}`;
}

/** A Flux Kustomization whose files an ArtifactGenerator puts together: they may hold `dist/` under any path. */
function artifactBuilder({ model, dist }: RepositoryView): FluxKustomization | undefined {
  return model
    .fluxHolding('ExternalArtifact')
    .filter(({ root, source }) => source?.kind === 'ExternalArtifact' && (root ?? !model.hasRoots))
    .find(
      ({ path = '' }) =>
        path === '.' || dist.endsWith(path) || dist.startsWith(`${path}/`) || dist.includes(`/${path}/`),
    );
}

/** Files of the project beside `dist/` that are no manifests, and that Flux fetches all the same. */
export function strayWarnings({ model, dist, files }: RepositoryView): Problem[] {
  const prefix = dist.slice(0, -'dist'.length);
  const ours = `${prefix}.sourceignore`;
  const stray = `${prefix}cdk8s.yaml`;
  if (files.text(stray) === undefined || model.artifact.ignoredBy(stray)) return [];
  const by = model.takesOneByOne(stray);
  const then = by
    ? `the Flux Kustomization ${by.name} in ${by.file} takes ${stray} for a manifest, and its whole build fails`
    : `Flux fetches the project's other YAML, too, and a Flux Kustomization whose path covers this folder takes ${stray} for a manifest`;
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
 * What is done to one object that lies elsewhere in the repository, and breaks it; its namespace aside.
 *
 * @param object As synth makes it.
 * @param todo What the operator does about it.
 */
export function changeProblems(object: Tree, ways: readonly Way[], todo: string): Problem[] {
  const changes = ways.flatMap((way) => followed(object, way).changes);
  return broken(
    unique(changes).filter(({ field }) => field !== 'metadata.namespace'),
    todo,
  );
}

/** How each object changes on its way, step by step, so that each change is laid at the door of a file. */
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

/** What becomes of an object on a way. */
function followed(object: Tree, { steps, by }: Way): { end: Tree; changes: Change[] } {
  const changes: Change[] = [];
  const end = steps.reduce((before, step) => {
    const after = afterStep(before, step);
    changes.push(...differences(before, after, step));
    return after;
  }, object);
  if (!by) return { end, changes };
  const after = substituted(end, by.variables);
  changes.push(...differences(end, after, by.step));
  return { end: after, changes };
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

/** Fields of a HelmRelease with which Flux installs what is asked for, another way. */
const helmFreedom =
  /^(spec\.(interval|timeout|maxHistory|persistentClient|install|upgrade|rollback|uninstall|test|commonMetadata)(\.|$)|metadata\.(labels|annotations))/;

/** Fields of a Flux Kustomization that change when it runs and what follows from it, which is followed here. */
const fluxFreedom =
  /^(spec\.(interval|retryInterval|timeout|deletionPolicy|force|commonMetadata|patches|postBuild|components|images|decryption|serviceAccountName)(\.|$)|metadata\.(labels|annotations))/;

/** What a change breaks of what the project promises; undefined for one that does no harm. */
function whatBreaks(kind: string, field: string, to: unknown, after: Tree): string | undefined {
  if (/^metadata\.(labels|annotations)(\.|$)/.test(field)) {
    return /reconcile|ssa/.test(field) && to !== undefined ? 'Flux then leaves it alone' : undefined;
  }
  if (kind === 'Namespace') {
    return field === 'metadata.name'
      ? 'everything of this project looks for the Namespace under its own name'
      : undefined;
  }
  if (kind === 'Kustomization') {
    if (field === 'metadata.namespace')
      return 'the source, the decryption key and what waits for it are looked up in another namespace';
    if (field === 'metadata.name') return 'what waits for it looks for it under its own name';
    if (field === 'spec.wait' && to === true)
      return 'Flux then leaves its health checks out, and a missing bootstrap Secret shows nowhere';
    return fluxFreedom.test(field) ? undefined : 'the unit no longer does what this project says';
  }
  if (kind === 'HelmRelease') {
    const strategy = refusedStrategy(after);
    if (strategy && field.includes('strategy')) return strategy;
    if (field === 'spec.driftDetection.mode' && to === 'enabled') return undefined;
    if (field.startsWith('spec.upgrade.strategy') && needsMonitoring(after)) {
      return 'it gives up after some failures, as on a new cluster while the CRDs of ServiceMonitor are not there yet';
    }
    return helmFreedom.test(field) ? undefined : 'the release is no longer the one that this project says';
  }
  if (kind === 'OCIRepository')
    return field === 'spec.layerSelector' ? 'Flux no longer takes it for a chart' : undefined;
  return 'it is no longer what this project says';
}

/** Whether a release can't be installed before a Prometheus operator is there. */
function needsMonitoring({ spec }: Tree): boolean {
  const values = isTree(spec) ? JSON.stringify(spec['values']) : '';
  return /"renderMode":"(alwaysRender|failIfMissing)"|"api":\{[^}]*"serviceMonitor":\{"enabled":true/.test(
    values,
  );
}

/** The rules of the HelmRelease CRD about strategies: the API server refuses what breaks them. */
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

/** One problem for all objects on which one file breaks the same thing in the same way. */
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
