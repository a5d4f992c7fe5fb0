import { posix } from 'node:path';
import type { Problem } from '../errors.js';
import { metadataOf, type Tree } from '../tree.js';
import { Artifact } from './artifact.js';
import { addTo, type RepositoryFiles } from './files.js';
import {
  FluxKustomization,
  instancePatches,
  isFluxKustomization,
  type SourceRef,
  syncOf,
} from './flux-kustomization.js';
import {
  afterStep,
  doesNothing,
  fits,
  isKustomizationFile,
  type Kustomization,
  normalPath,
  plainText,
  type Step,
  toKustomization,
} from './kustomize.js';
import { plainUrl } from './list.js';
import { patched } from './patch.js';
import type { FileBytes } from './read.js';
import { substituted } from './substitute.js';

/** One way in which a file or folder reaches a cluster. */
export interface Way {
  /** The steps that transform it on the way, in order. */
  readonly steps: readonly Step[];
  /** The Flux Kustomization that builds it; undefined if none does. */
  readonly by: FluxKustomization | undefined;
}

/** The maximum number of ways to follow to one place. */
const mostWays = 64;

/** The maximum number of cycles to cut; no real repository has more. */
const mostCuts = 1000;

/** Folders whose name suggests that their content is unused. */
const unused = /(^|\/)([_.][^/]*|archived?|deprecated|disabled|examples?|old|templates?|unused)\//i;

/**
 * What Flux applies from the repository: which Flux Kustomizations are the roots, what each of them and their
 * descendants build from this repository, and how an object changes on its way.
 *
 * A kustomization.yaml or Flux Kustomization is parsed only if its text mentions the file or a folder above it, so that
 * a look-up in a large repository parses only a few of them.
 */
export class FluxModel {
  /** The Flux Kustomizations that nothing else in the repository applies. */
  readonly roots: readonly FluxKustomization[];
  /** The Flux sources of this repository; empty if unknown. */
  readonly sources: readonly SourceRef[];
  /** A root whose source isn't this git repository, so that the meaning of its paths is unknown. */
  readonly elsewhere: FluxKustomization | undefined;
  readonly artifact: Artifact;
  /** The kustomization.yaml of each folder. */
  private readonly folders = new Map<string, FileBytes>();
  /** For each folder, the files that mention it as the path of a Flux Kustomization. */
  private readonly fluxAt = new Map<string, FileBytes[]>();
  private readonly fluxFiles: readonly FileBytes[];
  private readonly rootsIn = new Map<string, FluxKustomization[]>();
  private readonly kustomizationsOf = new Map<FileBytes, Kustomization[]>();
  private readonly fluxIn = new Map<string, FluxKustomization[]>();
  private readonly known = new Map<string, readonly Way[]>();
  private readonly asking = new Set<string>();
  private cuts = 0;

  constructor(private readonly files: RepositoryFiles) {
    for (const file of files.picked) {
      if (isKustomizationFile(file.file)) this.folders.set(posix.dirname(file.file), file);
    }
    this.fluxFiles = files.picked.filter((file) => !isKustomizationFile(file.file) && holdsFlux(file));
    for (const file of this.fluxFiles) {
      const paths = pathsIn(file);
      for (const path of [...paths, ...componentsIn(file, paths)]) addTo(this.fluxAt, path, file);
    }

    const found = this.findRoots();
    this.roots = found.roots;
    this.elsewhere = found.elsewhere;
    this.sources = found.roots.flatMap(({ source, namespace }) =>
      source ? [{ ...source, namespace: source.namespace ?? namespace }] : [],
    );
    for (const root of this.roots) addTo(this.rootsIn, root.file, root);
    this.artifact = this.findArtifact(found.sources);
    for (const root of this.roots) this.settle(root);
    this.known.clear();
    this.fluxIn.clear();
  }

  /** Whether the roots are known. */
  get hasRoots(): boolean {
    return this.roots.length > 0;
  }

  /** Whether the repository contains any Flux Kustomization. */
  get hasFlux(): boolean {
    return this.fluxFiles.length > 0;
  }

  /** Every way in which a file or folder reaches a cluster; if no Flux Kustomization builds it, one without. */
  ways(node: string): readonly Way[] {
    const before = this.known.get(node);
    if (before) return before;
    // kustomize refuses a cycle of kustomizations.
    if (this.asking.has(node)) {
      this.cuts += 1;
      return [];
    }
    this.asking.add(node);
    const { cuts } = this;
    const found = new Map<string, Way>();
    const add = (way: Way) => {
      if (found.size < mostWays) found.set(this.signature(way), way);
    };
    for (const parent of this.parentsOf(node)) {
      const steps = [...this.componentSteps(parent.components, node), parent];
      for (const way of this.ways(parent.folder))
        add({ steps: effective([...steps, ...way.steps]), by: way.by });
    }
    if (!this.artifact.ignoredBy(node)) {
      for (const by of this.building(node)) {
        const components = by.components.map((path) => normalPath(posix.join(by.path ?? '.', path)));
        add({ steps: effective([...this.componentSteps(components, node), by.step]), by });
      }
    }
    this.asking.delete(node);
    const ways = [...found.values()];
    // Ways without a Flux Kustomization count only if there are no others.
    const built = ways.filter(({ by }) => by);
    const result = built.length > 0 ? built : ways.length > 0 ? ways : [{ steps: [], by: undefined }];
    // A result cut short inside a cycle may differ from another starting point.
    const whole = this.cuts === cuts || this.asking.size === 0 || this.cuts > mostCuts;
    if (whole || built.length > 0) this.known.set(node, result);
    return result;
  }

  /** The ways that start at a root. */
  liveWays(node: string): readonly Way[] {
    return this.ways(node).filter(({ by }) => by?.root);
  }

  /** The live ways, or all of them if the roots are unknown. */
  likelyWays(node: string): readonly Way[] {
    return this.hasRoots ? this.liveWays(node) : this.ways(node);
  }

  /** Whether Flux is known not to apply a file or folder. */
  isDead(node: string): boolean {
    return this.hasRoots && this.liveWays(node).length === 0;
  }

  /**
   * Whether a file looks as if somebody applies it by hand, for example to bootstrap a cluster: nothing lists it, and
   * its folder's name does not suggest that it is unused. A SOPS-encrypted file counts only in a bootstrap folder.
   */
  isForHands(file: string, encrypted: boolean): boolean {
    if (unused.test(file) || this.parentsOf(file).length > 0 || this.ways(file).some(({ by }) => by))
      return false;
    return !encrypted || /(^|\/)(bootstrap|setup|talos)\//.test(file);
  }

  /** What becomes of an object on a way; undefined when a patch deletes it. */
  atEnd(object: Tree, { steps, by }: Way): Tree | undefined {
    const built = steps.reduce<Tree | undefined>((one, step) => one && afterStep(one, step), object);
    return by && built ? substituted(built, by.variables) : built;
  }

  /** The Flux Kustomizations in a file, as the cluster gets them. */
  fluxOf(file: FileBytes): FluxKustomization[] {
    const before = this.fluxIn.get(file.file);
    if (before) return before;
    const roots = this.rootsIn.get(file.file) ?? [];
    this.fluxIn.set(file.file, [...roots]);
    const others = this.files
      .parse(file, 'holds a Flux Kustomization')
      .filter((tree) => isFluxKustomization(tree) && !roots.some((root) => isSame(root.tree, tree)))
      .flatMap((tree) =>
        this.ways(file.file).flatMap((way) => {
          const end = this.atEnd(tree, way);
          return end === undefined ? [] : [new FluxKustomization(file.file, end, way.by?.root)];
        }),
      );
    const result = [...roots, ...others];
    this.fluxIn.set(file.file, result);
    return result;
  }

  /**
   * The Flux Kustomizations with this name.
   *
   * @param namespace Their namespace; those without a known one also count.
   */
  fluxNamed(name: string, namespace: string): FluxKustomization[] {
    return this.fluxFiles
      .filter(({ bytes }) => bytes.includes(name))
      .flatMap((file) => this.fluxOf(file))
      .filter((one) => one.name === name && (one.namespace === undefined || fits(one.namespace, namespace)));
  }

  /** Flux Kustomizations in files that contain this text. */
  fluxHolding(text: string): FluxKustomization[] {
    return this.fluxFiles.filter(({ bytes }) => bytes.includes(text)).flatMap((file) => this.fluxOf(file));
  }

  /**
   * The Flux Kustomizations in files that match a pattern and that Flux applies, for the first file of each distinct
   * match.
   */
  fluxSaying(pattern: RegExp): FluxKustomization[] {
    const said = new Set<string>();
    return this.fluxFiles.flatMap((file) => {
      const [found] = pattern.exec(file.bytes.toString('latin1')) ?? [];
      const words = found?.replace(/\s+/g, ' ');
      if (words === undefined || said.has(words) || this.isDead(file.file)) return [];
      said.add(words);
      return this.fluxOf(file);
    });
  }

  /** Kustomizations that contain this text. */
  kustomizationsHolding(text: string): Kustomization[] {
    return [...this.folders.values()]
      .filter(({ bytes }) => bytes.includes(text))
      .flatMap((file) => this.kustomizations(file));
  }

  /** Whether kustomizations read a file only as a patch or as an input of a generator, never as an object. */
  isInput(file: string): boolean {
    const naming = (this.files.naming.get(file) ?? []).flatMap((one) => this.kustomizations(one));
    return (
      naming.some(({ inputs }) => inputs.has(file)) && !naming.some(({ resources }) => resources.has(file))
    );
  }

  /** The Flux Kustomization that applies a file because its folder has no kustomization.yaml. */
  takesOneByOne(file: string): FluxKustomization | undefined {
    return this.building(file).find(({ root }) => root);
  }

  /** The kustomization.yaml of a folder. */
  kustomizationFile(folder: string): string | undefined {
    return this.folders.get(folder)?.file;
  }

  /** The kustomization.yaml that must list a file for Flux to apply it; undefined if none is needed or none exists. */
  listOf(file: string): string | undefined {
    const folder = ancestors(posix.dirname(file)).find((one) => this.folders.has(one));
    return folder === undefined || this.parentsOf(file).length > 0
      ? undefined
      : this.folders.get(folder)?.file;
  }

  /** The kustomization.yaml files that list a file or folder. */
  listedIn(node: string): string[] {
    return this.parentsOf(node).map(({ file }) => file);
  }

  /**
   * The ways in which a file reaches a cluster, or would once it is listed.
   *
   * @returns The ways, and the kustomization.yaml that should list it; undefined if nothing is missing.
   */
  waysOnceListed(file: string): { ways: readonly Way[]; lacks: string | undefined } {
    const now = this.likelyWays(file);
    const list = now.some(({ by }) => by) ? undefined : this.listOf(file);
    if (list === undefined) return { ways: now, lacks: undefined };
    const folder = posix.dirname(list);
    const steps = this.kustomizationsIn(folder);
    const then = this.likelyWays(folder).map((way) => ({
      steps: effective([...steps, ...way.steps]),
      by: way.by,
    }));
    return { ways: then, lacks: list };
  }

  private kustomizationsIn(folder: string): Kustomization[] {
    const file = this.folders.get(folder);
    return file ? this.kustomizations(file) : [];
  }

  private kustomizations(file: FileBytes): Kustomization[] {
    const before = this.kustomizationsOf.get(file);
    if (before) return before;
    const result = this.files
      .parse(file, 'is a kustomization')
      .map((tree) => toKustomization(file.file, tree, (path) => this.files.text(path)));
    this.kustomizationsOf.set(file, result);
    return result;
  }

  /** What components do to everything except their own content, which they have already transformed. */
  private componentSteps(components: readonly string[], from: string): Step[] {
    return components.filter((folder) => folder !== from).flatMap((folder) => this.kustomizationsIn(folder));
  }

  /** The kustomizations that list a file or folder. */
  private parentsOf(node: string): Kustomization[] {
    return (this.files.naming.get(node) ?? [])
      .flatMap((file) => this.kustomizations(file))
      .filter(({ resources, components }) => resources.has(node) || components.includes(node));
  }

  /** The Flux Kustomizations that build a file or folder of this repository by their path. */
  private building(node: string): FluxKustomization[] {
    const paths = ancestors(node);
    const files = new Set(paths.flatMap((path) => this.fluxAt.get(path) ?? []));
    const made = this.roots?.filter(({ path }) => path !== undefined && paths.includes(path)) ?? [];
    return [...new Set([...[...files].flatMap((file) => this.fluxOf(file)), ...made])].filter(
      (one) =>
        one.path !== undefined &&
        this.isOurs(one) &&
        (this.builds(one.path, node) ||
          one.components.some((path) => normalPath(posix.join(one.path ?? '.', path)) === node)),
    );
  }

  /** Whether the source of a Flux Kustomization is this repository. */
  private isOurs({ source, namespace }: FluxKustomization): boolean {
    if (!source) return true;
    if (this.sources.length === 0) return source.kind === 'GitRepository';
    const from = source.namespace ?? namespace;
    return this.sources.some(
      (own) =>
        own.kind === source.kind &&
        own.name === source.name &&
        (own.namespace === undefined || from === undefined || own.namespace === from),
    );
  }

  /** Flux builds its folder's kustomization or, without one, a generated one of all YAML below. */
  private builds(path: string, node: string): boolean {
    if (path === node) return true;
    if (this.folders.has(path) || !(path === '.' || node.startsWith(`${path}/`))) return false;
    let folder = posix.dirname(node);
    while (folder !== path && folder !== '.') {
      if (this.folders.has(folder)) return false;
      folder = posix.dirname(folder);
    }
    return true;
  }

  private signature({ steps, by }: Way): string {
    const file = by ? `${by.file} ${by.namespace}/${by.name} ${by.root?.file}` : '';
    return `${file} ${steps.map((step) => JSON.stringify([step.namespace, step.prefix, step.suffix, step.patches])).join()}`;
  }

  /** What the root's own build does to it: the one in gotk-sync.yaml applies itself. */
  private settle(root: FluxKustomization): void {
    const way = this.ways(root.file).find(({ by }) => by === root);
    const end = way && isFluxKustomization(root.tree) ? this.atEnd(root.tree, way) : undefined;
    if (end) root.become(end);
  }

  private findRoots(): {
    roots: FluxKustomization[];
    elsewhere: FluxKustomization | undefined;
    sources: Made[];
  } {
    const instances = this.files.picked
      .filter(
        ({ bytes }) =>
          bytes.includes('sync:') && (bytes.includes('FluxInstance') || bytes.includes('instance:')),
      )
      .flatMap((file) =>
        this.files.parse(file, 'holds a FluxInstance').flatMap((tree) => {
          const sync = syncOf(tree);
          if (!sync) return [];
          const patches = instancePatches(tree, file.file);
          const [kustomization, source] = [sync.kustomization, sync.source].map((one) =>
            patched(one, patches),
          );
          if (!kustomization || !source) return [];
          const root = new FluxKustomization(file.file, kustomization, 'self');
          return [{ root, source: { file: file.file, object: source } }];
        }),
      );
    const sources = instances.map(({ source }) => source);
    const made = instances.map(({ root }) => root);
    const applied = this.selfApplied();
    const certain = this.fromOneRepository([...made, ...applied]);
    if (certain.length > 0) return { roots: certain, elsewhere: undefined, sources };
    const top = this.topmost();
    const roots = made.length > 0 ? [] : this.fromOneRepository(top);
    const [elsewhere] = [...made, ...[...applied, ...top].filter((one) => this.mayBeRoot(one))];
    return { roots, elsewhere: roots.length > 0 ? undefined : elsewhere, sources };
  }

  /** Flux Kustomizations that build their own file, as `flux bootstrap` creates them. */
  private selfApplied(): FluxKustomization[] {
    return this.fluxFiles.flatMap((file) => {
      const above = ancestors(file.file);
      if (![...pathsIn(file)].some((path) => above.includes(path))) return [];
      const reaching = this.foldersReaching(file.file);
      if (![...pathsIn(file)].some((path) => reaching.has(path))) return [];
      return this.complete(file).filter(({ path = '' }) => reaching.has(path));
    });
  }

  /**
   * If no root applies itself: those that no other Flux Kustomization can apply, and that their folder's
   * kustomization.yaml does not leave out. They are applied by hand or from outside the repository.
   */
  private topmost(): FluxKustomization[] {
    const files = this.fluxFiles.filter((file) => {
      const own = pathsIn(file);
      const others = ancestors(file.file).some((path) =>
        (this.fluxAt.get(path) ?? []).some((one) => one !== file || !own.has(path)),
      );
      return !others && !this.isLeftOut(file.file);
    });
    const used = files.filter(({ file }) => !unused.test(file));
    return (used.length > 0 ? used : files).flatMap((file) => this.complete(file));
  }

  /** The Flux Kustomizations in a file that have a source; others are fragments, for patches. */
  private complete(file: FileBytes): FluxKustomization[] {
    return this.files
      .parse(file, 'holds a Flux Kustomization')
      .filter(isFluxKustomization)
      .map((tree) => new FluxKustomization(file.file, tree, 'self'))
      .filter(({ source }) => source);
  }

  /** Folders whose build may contain this file, judging by text alone. */
  private foldersReaching(file: string): Set<string> {
    const found = new Set<string>();
    const visit = (node: string) => {
      for (const path of ancestors(node)) if (this.builds(path, node)) found.add(path);
      for (const parent of this.parentsOf(node)) {
        if (found.has(`in ${parent.folder}`)) continue;
        found.add(`in ${parent.folder}`);
        visit(parent.folder);
      }
    };
    visit(file);
    return found;
  }

  /** Whether a kustomization.yaml in a folder above the file leaves it out. */
  private isLeftOut(file: string): boolean {
    const folder = ancestors(posix.dirname(file)).find((one) => this.folders.has(one));
    return folder !== undefined && this.parentsOf(file).length === 0;
  }

  /** Whether a Flux Kustomization with a source other than git builds a path that also exists here. */
  private mayBeRoot({ source, path = '.' }: FluxKustomization): boolean {
    return (
      source?.kind !== 'ExternalArtifact' && this.files.listed.some((file) => file.startsWith(`${path}/`))
    );
  }

  /** Those whose source is this git repository: `path: ./` in another source only looks as if it applied itself. */
  private fromOneRepository(candidates: readonly FluxKustomization[]): FluxKustomization[] {
    const git = candidates.filter(({ source }) => source?.kind === 'GitRepository');
    const inside = git.filter(({ path }) => path !== '.');
    const some = inside.length > 0 ? inside : git;
    const here = some.filter((one) => this.files.remotes.size === 0 || this.isThisRemote(one) !== false);
    return here.length > 0 ? here : some;
  }

  /** Whether the URL of the source is that of a remote of this repository; undefined if unknown. */
  private isThisRemote(root: FluxKustomization): boolean | undefined {
    const [object] = this.gitRepositories(root);
    const spec = object?.object['spec'] as Tree | undefined;
    const url = plainText(spec?.['url']);
    return url === undefined ? undefined : this.files.remotes.has(plainUrl(url));
  }

  /** The GitRepository objects that may be the source of a root, those in its own folder first. */
  private gitRepositories({ source, file }: FluxKustomization): Made[] {
    const folder = posix.dirname(file);
    return this.files.picked
      .filter(({ bytes }) => bytes.includes('GitRepository') && bytes.includes('source.toolkit.fluxcd.io'))
      .flatMap((one) =>
        this.files.parse(one, 'holds a Flux source').map((object) => ({ file: one.file, object })),
      )
      .filter(
        ({ object }) => object['kind'] === 'GitRepository' && metadataOf(object)['name'] === source?.name,
      )
      .sort((a, b) => Number(!a.file.startsWith(folder)) - Number(!b.file.startsWith(folder)));
  }

  private findArtifact(made: readonly Made[]): Artifact {
    const files = this.files.listed
      .filter((file) => posix.basename(file) === '.sourceignore')
      .map((file) => ({ origin: file, folder: posix.dirname(file), text: this.files.text(file) ?? '' }));
    // A FluxInstance is its own source.
    const specs = this.roots.map((root) => {
      const [one] = [...made.filter(({ file }) => file === root.file), ...this.gitRepositories(root)];
      const text = one && plainText((one.object['spec'] as Tree | undefined)?.['ignore']);
      if (!one || text === undefined) return undefined;
      const name = String(metadataOf(one.object)['name']);
      return { origin: `spec.ignore of the GitRepository ${name} in ${one.file}`, folder: '.', text };
    });
    return new Artifact(files, specs);
  }

  /** Files in the build of a Flux Kustomization: one that can't be parsed breaks all of it. */
  filesBuiltBy(one: FluxKustomization): string[] {
    const within = this.files.listed.filter(
      (file) => /\.ya?ml$/.test(file) && (one.path === '.' || file.startsWith(`${one.path}/`)),
    );
    return within.filter((file) => !this.isInput(file) && this.ways(file).some(({ by }) => by === one));
  }

  /** Warnings about cycles of kustomizations. */
  circleWarnings(): Problem[] {
    const warnings: Problem[] = [];
    const done = new Set<string>();
    const visit = (folder: string, path: readonly string[]) => {
      const at = path.indexOf(folder);
      if (at >= 0) {
        const circle = [...path.slice(at), folder].join(' -> ');
        const what = `lists itself: ${circle}, which kustomize refuses`;
        warnings.push({
          where: this.folders.get(folder)?.file ?? folder,
          what,
          todo: 'remove one of these entries',
        });
      }
      if (at >= 0 || done.has(folder)) return;
      done.add(folder);
      for (const { resources, components } of this.kustomizationsIn(folder)) {
        for (const next of [...resources, ...components])
          if (this.folders.has(next)) visit(next, [...path, folder]);
      }
    };
    for (const [folder, { bytes }] of this.folders) {
      // Only a path that goes up, or to itself, can form a cycle.
      if (/(^|[\s"'[,])\.\.?(\/|["'\s,\]]|$)/m.test(bytes.toString('latin1'))) visit(folder, []);
    }
    return warnings;
  }
}

/** An object and the file that contains it. */
interface Made {
  readonly file: string;
  readonly object: Tree;
}

/** Steps that change something. */
function effective(steps: readonly Step[]): Step[] {
  return steps.filter((step) => !doesNothing(step));
}

function isSame(one: Tree, other: Tree): boolean {
  return metadataOf(one)['name'] === metadataOf(other)['name'];
}

function holdsFlux({ bytes }: FileBytes): boolean {
  return bytes.includes('kustomize.toolkit.fluxcd.io') && bytes.includes('Kustomization');
}

/** The values of `path:` in a file, without parsing it; a Flux Kustomization without one builds the top. */
function pathsIn({ bytes }: FileBytes): ReadonlySet<string> {
  const text = bytes.toString('utf8');
  const found = [...text.matchAll(/\bpath["']?\s*:\s*["']?([^\s"',}#]+)/g)].map(([, path = '']) => path);
  const objects = text.match(/^apiVersion\s*:\s*["']?kustomize\.toolkit\.fluxcd\.io\//gm)?.length ?? 0;
  return new Set([...found, ...(found.length < objects ? ['.'] : [])].map(normalPath));
}

/** Folders that `components:` in a file may list, without parsing it. */
function componentsIn({ bytes }: FileBytes, paths: ReadonlySet<string>): string[] {
  if (!bytes.includes('components')) return [];
  const words = bytes.toString('utf8').match(/[^\s"'[\],:{}]*\/[^\s"'[\],:{}]+/g) ?? [];
  return [...new Set([...paths].flatMap((path) => words.map((word) => normalPath(posix.join(path, word)))))];
}

/** A file or folder and every folder above it, '.' last. */
function ancestors(node: string): string[] {
  const all = [node];
  for (let folder = node; folder !== '.'; all.push(folder)) folder = posix.dirname(folder);
  return all;
}
