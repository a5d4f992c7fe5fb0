/** A repository with apps, each in a folder with a Flux Kustomization of its own, and a project in it. */
import { join } from 'node:path';
import { execa } from 'execa';
import type { Project } from '../project.js';
import { bootstrapped, kustomization, place } from '../repository/shapes.js';

/** Folder of an app. */
export function folder(name: string, namespace = 'media'): string {
  return `apps/${namespace}/${name}/app`;
}

/** The file of an app secret beside its app. */
export function fileOf(name: string, namespace = 'media', app = name): string {
  return `${folder(app, namespace)}/externalsecret-${name}.yaml`;
}

/** What an app is like. */
interface App {
  readonly namespace?: string;
  /** What its kustomization.yaml lists; without one, Flux takes all YAML. */
  readonly resources?: readonly string[] | 'all';
  /** More of its Flux Kustomization, as YAML in one line. @default - targetNamespace */
  readonly spec?: string;
  /** More of its kustomization.yaml. */
  readonly more?: string;
}

/** The files of an app. */
export function app(name: string, { namespace = 'media', ...more }: App = {}): Record<string, string> {
  const { resources = ['./config.yaml'], spec = `targetNamespace: ${namespace}` } = more;
  const at = folder(name, namespace);
  const config = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
  return {
    [`apps/${namespace}/${name}/ks.yaml`]: kustomization(name, `./${at}`, spec),
    [`${at}/config.yaml`]: config,
    ...(resources !== 'all' && { [`${at}/kustomization.yaml`]: listing(resources, more.more) }),
  };
}

/** A kustomization.yaml. */
export function listing(resources: readonly string[], more = ''): string {
  return `${more}resources:\n${resources.map((resource) => `  - ${resource}\n`).join('')}`;
}

/** The file of an app secret beside an app. */
export function beside(name: string, more: object = {}): string {
  const secret = { namespace: 'media', name, item: 'X', keys: 'all', beside: folder(name), ...more };
  return `export default ${JSON.stringify(secret)};\n`;
}

/** A project in a repository. */
export interface InRepository {
  readonly project: Project;
  /** Absolute path of the repository. */
  readonly top: string;
  /** Files of the repository, by their path from its top. */
  read(file: string): string;
  write(file: string, content: string): void;
  remove(file: string): void;
  /** The files beside apps, sorted. */
  files(): string[];
  /** What synth says, without the line about credentials. */
  synth(...args: string[]): Promise<{ code: number; out: string[]; err: string[] }>;
  git(...args: string[]): Promise<void>;
}

/** Puts a project with these files into a repository of these apps, whose Flux applies `apps/`. */
export async function inRepository(
  apps: readonly Record<string, string>[],
  files: Readonly<Record<string, string>> = {},
  others: Readonly<Record<string, string>> = {},
): Promise<InRepository> {
  const all: Record<string, string> = Object.assign({}, ...apps);
  const list = Object.keys(all).filter((file) => file.endsWith('/ks.yaml'));
  const { project } = await place(
    'infra/secrets',
    {
      ...bootstrapped(),
      'clusters/home/apps.yaml': kustomization('apps', './apps'),
      'apps/kustomization.yaml': listing(list.map((file) => `./${file.slice('apps/'.length)}`)),
      ...all,
      ...others,
    },
    files,
  );
  const top = join(project.path, '../..');
  const up = (file: string) => `../../${file}`;
  return {
    project,
    top,
    read: (file) => project.read(up(file)),
    write: (file, content) => project.write(up(file), content),
    remove: (file) => project.remove(up(file)),
    files: () => Object.keys(project.tree('../../apps')).filter((file) => file.includes('externalsecret')),
    async synth(...args) {
      const { code, out, err } = await project.synth(...args);
      const lines = (text: string) => text.split('\n').filter((line) => line !== '');
      return {
        code,
        out: lines(out).filter((line) => !line.startsWith('no credentials yet')),
        err: lines(err),
      };
    },
    async git(...args) {
      await execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: top });
    },
  };
}
