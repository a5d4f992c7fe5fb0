import { posix } from 'node:path';
import type { ApiObject } from 'cdk8s';
import type { AppSecret } from '../constructs/app-secret.js';
import { apiObjectsIn } from '../constructs/objects.js';
import { fileName, toYaml, unsubstituted } from '../output/render.js';
import { firstLine, type Origin } from '../repository/first-line.js';
import { metadataOf, type Tree } from '../tree.js';

/** The path of an ExternalSecret in a folder; both start at the top of the repository. */
export function besideFile(folder: string, name: string): string {
  return posix.join(folder, `${fileName(`externalsecret-${name}`.toLowerCase())}.yaml`);
}

/** The ExternalSecret of an app secret, as synth writes it. */
export function externalSecretOf(secret: AppSecret): Tree {
  return unsubstituted(objectOf(secret)?.toJson() as Tree);
}

/** `namespace/name` of an app secret's ExternalSecret. */
export function identityOf(secret: AppSecret): string {
  return `${secret.props.namespace}/${nameOf(secret)}`;
}

/** The name of an app secret's ExternalSecret. */
export function nameOf(secret: AppSecret): string {
  return objectOf(secret)?.name ?? secret.props.name;
}

function objectOf(secret: AppSecret): ApiObject | undefined {
  return apiObjectsIn(secret)[0];
}

/** How to write an ExternalSecret beside its app. */
export interface Writing extends Origin {
  /** Whether the folder's build sets the namespace. */
  readonly leavesNamespaceOut: boolean;
  /** Whether Flux must not prune it, because the app secret is moving. */
  readonly keeps: boolean;
}

/** The content of an ExternalSecret's file beside an app. */
export function besideContent(object: Tree, { leavesNamespaceOut, keeps, ...origin }: Writing): Buffer {
  const { namespace, annotations, ...others } = metadataOf(object);
  const kept = keeps ? { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } : {};
  const all = { ...(annotations as Tree | undefined), ...kept };
  const metadata = {
    ...(Object.keys(all).length > 0 && { annotations: all }),
    ...others,
    ...(!leavesNamespaceOut && { namespace }),
  };
  return Buffer.from(`${firstLine(origin)}${toYaml({ ...object, metadata })}`);
}
