import { posix } from 'node:path';
import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { changeProblems } from '../repository/delivery.js';
import type { FluxKustomization } from '../repository/flux-kustomization.js';
import { fits } from '../repository/kustomize.js';
import type { Way } from '../repository/model.js';
import type { RepositoryView } from '../repository/scan.js';
import { metadataOf, type Tree } from '../tree.js';

/** How Flux gets to a file beside an app. */
export interface Place {
  readonly ways: readonly Way[];
  /** The kustomization.yaml that should list it but does not. */
  readonly lacks: string | undefined;
  /** The Flux Kustomizations that build it. */
  readonly by: readonly FluxKustomization[];
  /** The names of those Flux Kustomizations. */
  readonly owners: ReadonlySet<string>;
}

/** The namespace that a build sets on an object without one, and the file that sets it. */
interface Given {
  readonly namespace: string | undefined;
  readonly file: string;
}

/** Places files beside apps in Flux's builds. */
export class Places {
  private readonly known = new Map<string, Place>();

  constructor(private readonly view: RepositoryView) {}

  /** The place of a file; its path starts at the top of the repository. */
  of(file: string): Place {
    const before = this.known.get(file);
    if (before) return before;
    const { ways: all, lacks } = this.view.model.waysOnceListed(file);
    const ways = all.filter((way) => !this.view.isElsewhere(way));
    const built = ways.flatMap(({ by }) => by ?? []);
    const by = [...new Map(built.map((one) => [ownerName(one), one])).values()];
    const place = { ways, lacks, by, owners: new Set(by.map(ownerName)) };
    this.known.set(file, place);
    return place;
  }

  /** Whether every build of a file sets this namespace. */
  givesNamespace(file: string, namespace: string): boolean {
    const given = this.given(file);
    return given.length > 0 && given.every((one) => one.namespace && fits(one.namespace, namespace));
  }

  /** Builds that set a different namespace than the app secret's. */
  problems(file: string, { namespace }: AppSecretProps): Omit<Problem, 'where'>[] {
    const others = this.given(file).filter((one) => one.namespace && !fits(one.namespace, namespace));
    const folder = posix.dirname(file);
    return [...new Map(others.map((one) => [one.namespace, one])).values()].map((one) => ({
      what: `the build of ${folder} sets the namespace ${one.namespace} (${one.file}), but this Secret is for ${namespace}`,
      todo: `set namespace: '${one.namespace}', or name the folder of an app in ${namespace}`,
    }));
  }

  /** What keeps a file from reaching the cluster, or changes it on the way. */
  warnings(file: string, { namespace, name }: AppSecretProps, object: Tree): Problem[] {
    const { ways, owners, lacks } = this.of(file);
    const { model } = this.view;
    const folder = posix.dirname(file);
    const changes = changeProblems(object, ways, 'remove that there, or omit `beside`');
    if (owners.size > 0 || model.elsewhere) return changes;
    const elsewhere = model.waysOnceListed(file).ways.some(({ by }) => by);
    const what = elsewhere
      ? `only another cluster's Flux builds ${folder}, so nothing makes the Secret ${namespace}/${name} in this cluster`
      : `no Flux Kustomization in this repository builds ${lacks === undefined ? file : folder}, so nothing makes the Secret ${namespace}/${name}`;
    const todo =
      'name the folder of an app that Flux applies, unless something outside this repository applies it';
    return [...changes, { where: 'beside', what, todo }];
  }

  private given(file: string): Given[] {
    const bare = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'name' } };
    return this.of(file).ways.map((way) => {
      const { namespace } = metadataOf(this.view.model.atEnd(bare, way) ?? {});
      return {
        namespace: typeof namespace === 'string' ? namespace : undefined,
        file: way.steps.findLast((step) => step.namespace !== undefined)?.file ?? file,
      };
    });
  }
}

function ownerName({ name, namespace }: { name: string; namespace: string | undefined }): string {
  return `Kustomization ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
