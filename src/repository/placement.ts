import { posix } from 'node:path';
import { addTo, type RepositoryFiles } from './files.js';
import {
  type FluxKustomization,
  fits,
  isKustomizationFile,
  type Kustomization,
  normalPath,
  type Place,
  type Renaming,
  toFluxKustomization,
  toKustomization,
} from './kustomize.js';
import type { FileBytes } from './read.js';

/** Who builds a file: the kustomizations that list it, those that list them, and Flux. */
export interface Builders {
  readonly kustomizations: readonly Kustomization[];
  readonly flux: readonly FluxKustomization[];
}

/**
 * Works out what becomes of a file: through every kustomization that lists it, the kustomizations that list
 * those, and the Flux Kustomizations that build them. Patches that rename are not followed.
 *
 * A kustomization.yaml or a Flux Kustomization is parsed only when its text names the file or a folder above
 * it, so that one look-up in a large repository reads a few of them.
 */
export class Placement {
  /** The kustomization.yaml of each folder. */
  private readonly folders = new Map<string, FileBytes>();
  /** For each folder the files whose text has a Flux Kustomization with this path. */
  private readonly fluxAt = new Map<string, FileBytes[]>();
  private readonly fluxFiles: readonly FileBytes[];
  private readonly kustomizationsOf = new Map<FileBytes, Kustomization[]>();
  private readonly fluxIn = new Map<FileBytes, FluxKustomization[]>();
  /** What `outwards` found. */
  private readonly known = new Map<string, Place[]>();

  constructor(private readonly files: RepositoryFiles) {
    for (const file of files.picked) {
      if (isKustomizationFile(file.file)) this.folders.set(posix.dirname(file.file), file);
    }
    this.fluxFiles = files.picked.filter((file) => !isKustomizationFile(file.file) && holdsFlux(file));
    for (const file of this.fluxFiles) for (const path of pathsIn(file)) addTo(this.fluxAt, path, file);
  }

  /** The kustomizations and Flux Kustomizations whose text has this in it. */
  holding(text: string): Builders {
    const has = ({ bytes }: FileBytes) => bytes.includes(text);
    return {
      kustomizations: [...this.folders.values()].filter(has).flatMap((file) => this.kustomizations(file)),
      flux: this.fluxFiles.filter(has).flatMap((file) => this.fluxOf(file)),
    };
  }

  /**
   * The Flux Kustomizations of this name.
   *
   * @param namespace Theirs; one whose namespace nothing says counts, too.
   */
  fluxNamed(name: string, namespace: string): FluxKustomization[] {
    return this.holding(name).flux.filter(
      (one) =>
        one.name === name &&
        this.placesOf(one.file, { name, namespace: one.ownNamespace }).some(
          (place) => place.namespace === undefined || fits(place.namespace, namespace),
        ),
    );
  }

  /** Whether the repository holds any Flux Kustomization. */
  get hasFlux(): boolean {
    return this.fluxFiles.length > 0;
  }

  /** @param node A file or, for what a kustomization generates, its folder. */
  placesOf(node: string, place: Place): Place[] {
    const [kustomization] = this.kustomizationsIn(node);
    return kustomization ? this.afterBuild(kustomization, place, node) : this.outwards(node, place);
  }

  /** Everything that has a part in building a file or folder. */
  buildersOf(node: string): Builders {
    const kustomizations = new Set<Kustomization>();
    const flux = new Set<FluxKustomization>();
    const visit = (at: string) => {
      for (const one of this.fluxBuilding(at)) flux.add(one);
      for (const parent of [...this.parentsOf(at), ...this.kustomizationsIn(at)]) {
        if (kustomizations.has(parent)) continue;
        kustomizations.add(parent);
        visit(parent.folder);
      }
    };
    visit(node);
    return { kustomizations: [...kustomizations], flux: [...flux] };
  }

  private afterBuild(kustomization: Kustomization, place: Place, from: string): Place[] {
    let inner = place;
    for (const folder of kustomization.components) {
      // What comes from the component itself was renamed there.
      if (folder !== from) for (const one of this.kustomizationsIn(folder)) inner = rename(inner, one);
    }
    return this.outwards(kustomization.folder, rename(inner, kustomization));
  }

  /** A folder can be listed along many ways, and in a circle: each is walked once for a place. */
  private outwards(node: string, place: Place): Place[] {
    const key = `${node} ${JSON.stringify(place)}`;
    const known = this.known.get(key);
    if (known) return known;
    this.known.set(key, []);
    const places = unique([
      ...this.parentsOf(node).flatMap((parent) => this.afterBuild(parent, place, node)),
      ...this.fluxBuilding(node).map((one) => rename(place, one)),
    ]);
    const result = places.length > 0 ? places : [place];
    this.known.set(key, result);
    return result;
  }

  /** The kustomizations that list a file or folder. */
  private parentsOf(node: string): Kustomization[] {
    return (this.files.naming.get(node) ?? [])
      .flatMap((file) => this.kustomizations(file))
      .filter(({ resources, components }) => resources.has(node) || components.includes(node));
  }

  private kustomizationsIn(folder: string): Kustomization[] {
    const file = this.folders.get(folder);
    return file ? this.kustomizations(file) : [];
  }

  private kustomizations(file: FileBytes): Kustomization[] {
    return once(this.kustomizationsOf, file, () =>
      this.files.parse(file, 'is a kustomization').map((tree) => toKustomization(file.file, tree)),
    );
  }

  private fluxBuilding(node: string): FluxKustomization[] {
    const files = new Set(ancestors(node).flatMap((path) => this.fluxAt.get(path) ?? []));
    return [...files].flatMap((file) => this.fluxOf(file)).filter(({ path }) => this.builds(path, node));
  }

  private fluxOf(file: FileBytes): FluxKustomization[] {
    return once(this.fluxIn, file, () =>
      this.files
        .parse(file, 'holds a Flux Kustomization')
        .flatMap((tree) => toFluxKustomization(file.file, tree) ?? []),
    );
  }

  /** Flux builds the kustomization of its folder or, where there is none, one over all that is below. */
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
}

/** What was worked out for a file before; else it is now. */
function once<Result>(known: Map<FileBytes, Result>, file: FileBytes, work: () => Result): Result {
  const before = known.get(file);
  if (before !== undefined) return before;
  const result = work();
  known.set(file, result);
  return result;
}

function holdsFlux({ bytes }: FileBytes): boolean {
  return bytes.includes('kustomize.toolkit.fluxcd.io') && bytes.includes('Kustomization');
}

/** What `path:` says in a file, before it is parsed; a Flux Kustomization without one builds the top. */
function pathsIn({ bytes }: FileBytes): ReadonlySet<string> {
  const text = bytes.toString('utf8');
  const found = [...text.matchAll(/\bpath["']?\s*:\s*["']?([^\s"',}#]+)/g)].map(([, path = '']) => path);
  const objects = text.split('kustomize.toolkit.fluxcd.io/').length - 1;
  return new Set([...found, ...(found.length < objects ? ['.'] : [])].map(normalPath));
}

/** A file or folder and every folder above it, '.' last. */
function ancestors(node: string): string[] {
  const all = [node];
  for (let folder = node; folder !== '.'; all.push(folder)) folder = posix.dirname(folder);
  return all;
}

/** What the rules of kustomize make of a name: the outermost namespace wins, prefixes add up outwards. */
function rename(place: Place, { namespace, prefix, suffix }: Renaming): Place {
  const name = place.nameStays ? place.name : `${prefix}${place.name}${suffix}`;
  return { ...place, name, namespace: namespace ?? place.namespace };
}

function unique(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}
