import type { Problem } from '../errors.js';
import type { Tree } from '../tree.js';
import { decryptionWarnings } from './decryption.js';
import { RepositoryFiles, type Where } from './files.js';
import type { FluxKustomization } from './flux-kustomization.js';
import { intervalWarnings } from './intervals.js';
import { FluxModel, type Way } from './model.js';
import { type FoundObject, sameObjects, unknownNamespaces } from './objects.js';
import { oldVersionWarnings } from './old-versions.js';
import { type FoundOperator, operatorReleases, secretStores } from './platform-there.js';
import { type FoundSecret, findSecrets, type Wanted } from './secrets.js';

/** The repository as Flux sees it, shared by everything that depends on it. */
export class RepositoryView {
  readonly files: RepositoryFiles;
  readonly model: FluxModel;
  /** Folder of `dist/`, relative to the top of the repository. */
  readonly dist: string;
  private foundOperators: readonly FoundOperator[] | undefined;
  private foundStores: readonly FoundObject[] | undefined;

  /** @param prefix Folder of the project in the repository: '' or `clusters/home/`. */
  constructor(where: Where, prefix: string) {
    this.files = new RepositoryFiles(where);
    this.model = new FluxModel(this.files);
    this.dist = `${prefix}dist`;
  }

  /** Finds what else creates these Secrets. */
  findSecrets(wanted: readonly Wanted[]): { secrets: FoundSecret[]; warnings: Problem[] } {
    return findSecrets(this.files, this.model, wanted, this.isElsewhere);
  }

  /** Finds the same objects elsewhere in the repository. */
  sameObjects(ours: readonly Tree[]): ReadonlyMap<string, readonly FoundObject[]> {
    return sameObjects(this.files, this.model, ours, this.isElsewhere);
  }

  /**
   * The Flux Kustomizations with this name in this cluster, without those that Flux is known not to apply.
   *
   * @param namespace Their namespace; those without a known one also count.
   */
  fluxNamed(name: string, namespace: string): FluxKustomization[] {
    return this.model.fluxNamed(name, namespace).filter(this.isApplied);
  }

  /** The Flux Kustomizations in this cluster in files with this text, without those that Flux is known not to apply. */
  fluxHolding(text: string): FluxKustomization[] {
    return this.model.fluxHolding(text).filter(this.isApplied);
  }

  /**
   * The Flux Kustomizations on the way to `dist/`, nearest first, each with what it applies of that way: another one of
   * them, or undefined for `dist/` itself.
   */
  fluxAbove(): ReadonlyMap<FluxKustomization, FluxKustomization | undefined> {
    const found = new Map<FluxKustomization, FluxKustomization | undefined>();
    const follow = (node: string, below: FluxKustomization | undefined) => {
      for (const way of this.model.liveWays(node)) {
        const { by } = way;
        if (!by || found.has(by) || this.isElsewhere(way)) continue;
        found.set(by, below);
        if (!by.isRoot) follow(by.file, by);
      }
    };
    follow(this.dist, undefined);
    return found;
  }

  private readonly isApplied = (one: FluxKustomization): boolean =>
    (one.root !== undefined || !this.model.hasRoots) && !this.isElsewhere({ steps: [], by: one });

  /** The file that creates a Namespace, if it is known to reach the cluster. */
  namespaceFile(name: string): string | undefined {
    if (!this.model.hasRoots) return undefined;
    const [found] = this.sameObjects([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]).values();
    return found?.[0]?.file;
  }

  /** Those of these namespaces that nothing in the repository creates or uses. */
  unknownNamespaces(names: readonly string[]): ReadonlySet<string> {
    return unknownNamespaces(this.files, this.model, names);
  }

  /** Helm releases of External Secrets Operator. */
  operatorReleases(): readonly FoundOperator[] {
    this.foundOperators ??= operatorReleases(this.files, this.model, this.isElsewhere);
    return this.foundOperators;
  }

  /** Stores of External Secrets Operator. */
  secretStores(): readonly FoundObject[] {
    this.foundStores ??= secretStores(this.files, this.model, this.isElsewhere);
    return this.foundStores;
  }

  /**
   * Whether a way leads into another cluster. If two roots have the same name and only one of them applies `dist/`, the
   * other belongs to another cluster, because a cluster can't have both.
   */
  readonly isElsewhere = ({ by }: Way): boolean => {
    const root = by?.root;
    const ours = this.roots();
    if (!root || ours.length === 0 || ours.includes(root)) return false;
    return ours.some(({ name, namespace }) => name === root.name && namespace === root.namespace);
  };

  private roots() {
    return this.model.liveWays(this.dist).flatMap(({ by }) => by?.root ?? []);
  }

  /** Warnings about files that can't be read, and about faults that have nothing to do with this project. */
  warnings(): Problem[] {
    this.parseEntry();
    const found = [
      ...intervalWarnings(this.files, this.model),
      ...oldVersionWarnings(this.files, this.model),
      ...decryptionWarnings(this.files, this.model),
      ...this.model.circleWarnings(),
    ];
    const unreadable = this.files.warnings.filter(
      ({ where }) => !this.model.isDead(where) && !this.model.isInput(where),
    );
    const all = new Map(
      [...unreadable, ...found].map((warning) => [`${warning.where} ${warning.what}`, warning]),
    );
    return [...all.values()].sort((a, b) => (a.where < b.where ? -1 : 1));
  }

  /**
   * Parses what the root builds, and what is in the same build as `dist/`: one invalid file fails the whole build.
   */
  private parseEntry(): void {
    const builders = new Set([
      ...this.model.roots,
      ...this.model.liveWays(this.dist).flatMap(({ by }) => by ?? []),
    ]);
    const names = new Set([...builders].flatMap((by) => this.model.filesBuiltBy(by)));
    for (const file of this.files.picked) {
      if (names.has(file.file)) this.files.parse(file, "is in the build of Flux's entry");
    }
  }
}
