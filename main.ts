import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './src/cli/run.js';
import { differenceLines, synthArguments, wroteLine } from './src/cli/synth-report.js';
import { OperatorError, problemLine } from './src/errors.js';
import { guard } from './src/guards/index.js';
import { loadDefault } from './src/load.js';
import { render } from './src/output/render.js';
import { compare, writeTree } from './src/output/write.js';
import { readAppSecrets } from './src/platform/app-secrets.js';
import { credentialsFile } from './src/platform/onepassword-credentials.js';
import { composePlatform } from './src/platform/platform.js';
import { projectPrefix, resolveSettings } from './src/platform/settings.js';
import { findRepository } from './src/repository.js';

const project = import.meta.dirname;

await run(async () => {
  const { check, help } = synthArguments(process.argv.slice(2));
  if (help) {
    console.log(help);
    return 0;
  }

  const page = await loadDefault(join(project, 'src/settings.ts'), 'src/settings.ts');
  const settings = resolveSettings('value' in page ? page.value : {}, 'src/settings.ts');
  const secrets = await readAppSecrets(project);
  const repository = findRepository(project);
  const credentials = existsSync(join(project, credentialsFile));

  const composed = composePlatform({
    settings: settings.settings,
    prefix: projectPrefix(settings.settings, repository),
    credentials: credentials ? readFileSync(join(project, credentialsFile)) : undefined,
    secrets: secrets.files,
  });
  const guarded = guard(composed.platform, secrets.files, {
    project,
    repository,
    settings: settings.settings,
  });
  for (const warning of guarded.warnings) console.error(`warning: ${problemLine(warning)}`);
  const problems = [
    ...('problems' in page ? page.problems : []),
    ...settings.problems,
    ...secrets.problems,
    ...composed.problems,
    ...guarded.problems,
  ];
  if (problems.length > 0) throw new OperatorError(problems);

  const files = render(composed.platform);
  const dist = join(project, 'dist');
  if (!credentials) console.log('no credentials yet: run `npm run bootstrap`; until then Connect waits');
  if (check) {
    const { validate } = await import('./src/output/validate.js');
    const lines = [...validate(files), ...differenceLines(await compare(dist, files))];
    for (const line of lines) console.error(line);
    if (lines.length === 0) console.log(`dist/ is current and valid: ${files.size} files`);
    return lines.length === 0 ? 0 : 1;
  }
  console.log(wroteLine(files, await writeTree(dist, files)));
  // `cdk8s synth` wants the manifests in a folder of its own, too.
  const other = process.env['CDK8S_OUTDIR'];
  if (other && resolve(other) !== dist) await writeTree(resolve(other), files);
  return 0;
});
