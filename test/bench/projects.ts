import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { root } from '../project.js';

/**
 * A copy of the project with as many app secrets, ten in a file.
 *
 * @param path An empty folder. @default - a temporary one
 */
export function projectWith(
  secrets: number,
  path = mkdtempSync(join(tmpdir(), 'cluster-secrets-bench-')),
): string {
  for (const entry of ['main.ts', 'package.json', 'tsconfig.json', 'src', 'imports']) {
    cpSync(join(root, entry), join(path, entry), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'));
  for (let file = 0; file < secrets / 10; file += 1) {
    const list = Array.from({ length: 10 }, (_one, index) => ({
      namespace: `apps-${file % 50}`,
      name: `secret-${file}-${index}`,
      item: `Item ${file * 10 + index}`,
      keys: { username: 'username', password: 'password', 'api-key': 'api key' },
    }));
    const declarations = list.map((secret) => `appSecret(${JSON.stringify(secret)})`).join(',\n  ');
    writeFileSync(
      join(path, `src/secrets/app-${file}.ts`),
      `import { appSecret } from '#cluster-secrets';\n\nexport default [\n  ${declarations},\n];\n`,
    );
  }
  return path;
}

/** A git repository with as many YAML files of apps, and with the project in a folder of it, with ten app secrets. */
export function repositoryWith(apps: number): { top: string; project: string } {
  const top = mkdtempSync(join(tmpdir(), 'cluster-secrets-bench-'));
  for (let app = 0; app < apps; app += 1) {
    const folder = join(top, `apps/namespace-${app % 40}/app-${app}`);
    mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries(appFiles(app, app % 5 === 0))) {
      writeFileSync(join(folder, file), content);
    }
  }
  const project = join(top, 'clusters/home/secrets');
  mkdirSync(project, { recursive: true });
  projectWith(10, project);
  writeFileSync(join(top, '.gitignore'), 'node_modules\n.dist-*/\n');
  execFileSync('git', ['init', '--quiet'], { cwd: top });
  execFileSync('git', ['add', '.'], { cwd: top });
  return { top, project };
}

/** Five YAML files of an app as repositories for Flux have them; one of them a SOPS file, or not. */
function appFiles(app: number, encrypted: boolean): Record<string, string> {
  const name = `app-${app}`;
  const object = (apiVersion: string, kind: string, spec: object) =>
    dump({ apiVersion, kind, metadata: { name }, spec });
  const value = 'ENC[AES256_GCM,data:c2VjcmV0,iv:c2VjcmV0,tag:c2VjcmV0,type:str]';
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-secret` },
    stringData: { password: value, token: value },
    sops: {
      age: [{ recipient: 'age1', enc: 'x'.repeat(300) }],
      lastmodified: '2026-01-01T00:00:00Z',
      mac: value,
    },
  };
  const env = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`SETTING_${index}`, `value ${index}`]),
  );
  return {
    'ks.yaml': object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
      path: `./apps/namespace-${app % 40}/${name}`,
      targetNamespace: `namespace-${app % 40}`,
      decryption: { provider: 'sops' },
    }),
    'kustomization.yaml': dump({ resources: ['helmrelease.yaml', 'configmap.yaml', 'last.yaml'] }),
    'helmrelease.yaml': object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { values: { env } }),
    'configmap.yaml': dump({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: env }),
    'last.yaml': encrypted ? dump(secret) : object('v1', 'Service', { ports: [{ port: 80 }] }),
  };
}

/**
 * What `cdk8s init typescript-app` makes, from the template in cdk8s-cli, without its network steps: an
 * app with one empty chart that `cdk8s synth` runs through ts-node.
 */
export function freshCdk8sApp(): string {
  const path = mkdtempSync(join(tmpdir(), 'cluster-secrets-bench-'));
  const template = join(root, 'node_modules/cdk8s-cli/templates/typescript-app');
  for (const file of ['main.ts', 'cdk8s.yaml', 'tsconfig.json']) {
    const text = readFileSync(join(template, file), 'utf8').replaceAll('{{ $base }}', 'app');
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  writeFileSync(join(path, 'package.json'), '{ "name": "app", "main": "main.js", "private": true }\n');
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'));
  return path;
}

/** Deletes what the others made. */
export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
