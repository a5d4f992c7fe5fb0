/** Repositories of the shapes that people have, and what synth and flux-entry say of a project in them. */
import { execa } from 'execa';
import { makeProject, type Outcome, type Project } from '../project.js';

/** A GitRepository. */
export function source(name = 'flux-system', namespace = 'flux-system', ignore = ''): string {
  const rules = ignore === '' ? '' : `, ignore: ${JSON.stringify(ignore)}`;
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: ${name}, namespace: ${namespace}}
spec: {interval: 1m, url: "https://example.com/home.git", ref: {branch: main}${rules}}
`;
}

/** A Flux Kustomization with a source; `more` is YAML in one line, for its spec. */
export function kustomization(
  name: string,
  path: string,
  more = '',
  { namespace = 'flux-system', sourceRef = '{kind: GitRepository, name: flux-system}' } = {},
): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`}}
spec: {interval: 10m, path: ${path}, prune: true, sourceRef: ${sourceRef}${more === '' ? '' : `, ${more}`}}
`;
}

/** What `flux bootstrap` makes of a cluster, with decryption. */
export function bootstrapped(folder = 'clusters/home', ignore = ''): Record<string, string> {
  return {
    [`${folder}/flux-system/kustomization.yaml`]: 'resources: [gotk-sync.yaml]\n',
    [`${folder}/flux-system/gotk-sync.yaml`]: `${source('flux-system', 'flux-system', ignore)}---\n${kustomization(
      'flux-system',
      `./${folder}`,
      'decryption: {provider: sops, secretRef: {name: sops-age}}',
    )}`,
  };
}

/** The file of an app secret. */
export function appSecret(namespace: string, name: string): string {
  return `import { appSecret } from '#cluster-secrets';
export default appSecret({ namespace: '${namespace}', name: '${name}', item: 'x', keys: 'all' });
`;
}

/** A project in a repository, and both commands. */
export interface Placed {
  readonly project: Project;
  synth(): Promise<Outcome>;
  entry(...args: string[]): Promise<Outcome>;
}

/**
 * Puts a project into a repository.
 *
 * @param at Its folder.
 * @param host Files of the repository.
 * @param files Files of the project.
 */
export async function place(
  at: string,
  host: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Promise<Placed> {
  const project = await makeProject({ at, git: true, files });
  const up = at.replace(/[^/]+/g, '..');
  for (const [file, content] of Object.entries(host)) project.write(`${up}/${file}`, content);
  await execa('git', ['add', '.'], { cwd: project.path.slice(0, -at.length) });
  return { project, synth: () => project.synth(), entry: (...args) => project.run('flux-entry', args) };
}
