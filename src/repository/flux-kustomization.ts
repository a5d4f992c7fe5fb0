import { isTree, metadataOf, type Tree } from '../tree.js';
import { groupOf, normalPath, plainText, type Step, trees } from './kustomize.js';
import { type Patch, toPatches } from './patch.js';
import { type Variables, variablesOf } from './substitute.js';

/** The `spec.sourceRef` of a Flux Kustomization. */
export interface SourceRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** A Flux Kustomization as the cluster gets it, after all patches. */
export class FluxKustomization {
  private object: Tree;

  /**
   * @param file The file that contains it, relative to the top of the repository.
   * @param object The object, as far as it is known.
   * @param root The root through which Flux reaches it; `'self'` if it is a root, undefined if none reaches it.
   */
  constructor(
    readonly file: string,
    object: Tree,
    private readonly reachedFrom: FluxKustomization | 'self' | undefined,
  ) {
    this.object = object;
  }

  /** What a root's own build does to it is known only after all roots are. */
  become(object: Tree): void {
    this.object = object;
  }

  get tree(): Tree {
    return this.object;
  }

  get root(): FluxKustomization | undefined {
    return this.reachedFrom === 'self' ? this : this.reachedFrom;
  }

  get isRoot(): boolean {
    return this.reachedFrom === 'self';
  }

  get name(): string {
    return String(metadataOf(this.object)['name']);
  }

  get namespace(): string | undefined {
    return plainText(metadataOf(this.object)['namespace']);
  }

  get spec(): Tree {
    return isTree(this.object['spec']) ? this.object['spec'] : {};
  }

  /** The folder that it builds, relative to the top, '.' for the top; undefined if it builds none. */
  get path(): string | undefined {
    const path = plainText(this.spec['path']);
    // The default is the top. An object without a source is only a fragment, for a patch.
    return path === undefined ? (this.source ? '.' : undefined) : normalPath(path);
  }

  get source(): SourceRef | undefined {
    return sourceRefOf(this.spec);
  }

  get decrypts(): boolean {
    const { decryption } = this.spec;
    return isTree(decryption) && decryption['provider'] === 'sops';
  }

  get components(): readonly string[] {
    const list = this.spec['components'];
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
  }

  get variables(): Variables {
    return variablesOf(this.spec);
  }

  /** The Flux Kustomizations that it waits for. */
  get dependsOn(): { readonly name: string; readonly namespace: string | undefined }[] {
    return trees(this.spec['dependsOn']).map(({ name, namespace }) => ({
      name: String(name),
      namespace: plainText(namespace),
    }));
  }

  /** What it does to everything that it builds. */
  get step(): Step {
    return {
      file: this.file,
      namespace: plainText(this.spec['targetNamespace']),
      prefix: plainText(this.spec['namePrefix']) ?? '',
      suffix: plainText(this.spec['nameSuffix']) ?? '',
      patches: patchesOf(this.spec, this.file),
    };
  }
}

/** The patches of a Flux Kustomization for what it builds. */
function patchesOf(spec: Tree, file: string): Patch[] {
  return trees(spec['patches']).flatMap((patch) => toPatches(patch, file, () => undefined));
}

/** Reads `spec.sourceRef`; undefined if it is not set. */
export function sourceRefOf({ sourceRef }: Tree): SourceRef | undefined {
  if (!isTree(sourceRef) || plainText(sourceRef['name']) === undefined) return undefined;
  return {
    kind: String(sourceRef['kind']),
    name: String(sourceRef['name']),
    namespace: plainText(sourceRef['namespace']),
  };
}

/** Whether an object is a Flux Kustomization. */
export function isFluxKustomization(object: Tree): boolean {
  return (
    object['kind'] === 'Kustomization' &&
    groupOf(object) === 'kustomize.toolkit.fluxcd.io' &&
    isTree(object['metadata']) &&
    isTree(object['spec'])
  );
}

/**
 * The root that flux-operator creates from a FluxInstance, or from the values of its Helm chart.
 * https://fluxoperator.dev/docs/crd/fluxinstance/#sync-configuration
 *
 * @returns The Flux Kustomization and its source; undefined if the object has no `sync`.
 */
export function syncOf(object: Tree): { kustomization: Tree; source: Tree } | undefined {
  const instance = instanceOf(object);
  const sync = instance && isTree(instance['sync']) ? instance['sync'] : undefined;
  if (!instance || !sync || plainText(sync['path']) === undefined) return undefined;
  const metadata = {
    name: plainText(sync['name']) ?? 'flux-system',
    namespace: plainText(metadataOf(object)['namespace']) ?? 'flux-system',
  };
  const kind = plainText(sync['kind']) ?? 'GitRepository';
  const interval = sync['interval'] ?? '1m';
  return {
    kustomization: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata,
      spec: { interval, path: sync['path'], prune: true, sourceRef: { kind, name: metadata.name } },
    },
    source: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind,
      metadata,
      spec: { interval, url: sync['url'] },
    },
  };
}

/** The patches of a FluxInstance for what flux-operator creates. */
export function instancePatches(object: Tree, file: string): Patch[] {
  const { kustomize } = instanceOf(object) ?? {};
  return isTree(kustomize) ? patchesOf(kustomize, file) : [];
}

/** The spec of a FluxInstance: from the object itself, from a HelmRelease of its chart, or from a values file. */
function instanceOf(object: Tree): Tree | undefined {
  const { kind, spec } = object;
  if (kind === 'FluxInstance') return isTree(spec) ? spec : undefined;
  const values =
    kind === 'HelmRelease' && isTree(spec) ? spec['values'] : kind === undefined ? object : undefined;
  return isTree(values) && isTree(values['instance']) ? values['instance'] : undefined;
}
