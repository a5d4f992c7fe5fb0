/** Objects of a `dist/` as Flux applies them. */
import { load } from 'js-yaml';
import { readTree } from '../project.js';
import type { Manifest } from './client.js';

/** The objects of files, by path. */
export function objectsOf(files: Readonly<Record<string, string>>): Map<string, Manifest> {
  const objects = Object.entries(files).map(([path, text]): [string, Manifest] => [path, load(text)]);
  return new Map(
    objects
      // For kustomize, and not for the API server.
      .filter(([, { apiVersion }]) => apiVersion !== 'kustomize.config.k8s.io/v1beta1')
      // Flux takes what is sops' own out of a Secret that it decrypts.
      .map(([path, { sops: _sops, ...object }]) => [path, object]),
  );
}

/** The objects of a folder. */
export function readObjects(folder: string): Map<string, Manifest> {
  return objectsOf(readTree(folder));
}
