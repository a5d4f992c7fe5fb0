import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../project.js';

/** A copy of the project with as many app secrets, ten in a file. */
export function projectWith(secrets: number): string {
  const path = mkdtempSync(join(tmpdir(), 'cluster-secrets-bench-'));
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
