/** Files of a repository for Flux, and what synth says of a project in it. */
import { makeProject } from '../project.js';

/** The file of the app secret `monitoring/grafana`. */
export const app = `import { appSecret } from '#cluster-secrets';
export default appSecret({ namespace: 'monitoring', name: 'grafana', item: 'grafana', keys: 'all' });
`;

/** A value as SOPS encrypts it. */
export const enc = 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]';

/** A Secret as SOPS encrypts it. */
export function sops(name: string, namespace?: string): string {
  return `apiVersion: v1
kind: Secret
metadata:
  name: ${name}
${namespace === undefined ? '' : `  namespace: ${namespace}\n`}stringData:
  password: ${enc}
sops:
  mac: ${enc}
`;
}

/** A Flux Kustomization; `spec` is YAML in one line. */
export function flux(name: string, spec: string, namespace = 'flux-system'): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

/** Flux's root, as `flux bootstrap` writes it, that applies a folder. */
export function rootOf(path: string): Record<string, string> {
  const spec = `{path: ${path}, prune: true, interval: 10m, sourceRef: {kind: GitRepository, name: flux-system}}`;
  return {
    'flux-system/gotk-sync.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: 'ssh://git@example.org/home', interval: 1m, ref: {branch: main}}
---
${flux('flux-system', spec)}`,
  };
}

/** Runs synth with the app secret `monitoring/grafana` and these files, which may replace it. */
export async function errorsWith(
  files: Record<string, string>,
  git = true,
): Promise<{ code: number; err: string }> {
  const project = await makeProject({ git, files: { 'src/secrets/grafana.ts': app, ...files } });
  const { code, err } = await project.synth();
  return { code, err };
}
