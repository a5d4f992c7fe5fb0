import { join, resolve } from 'node:path';
import { run } from './src/cli/run.js';
import { differenceLines, synthArguments, wroteLine } from './src/cli/synth-report.js';
import { OperatorError } from './src/errors.js';
import { guard } from './src/guards/index.js';
import { loadDefault } from './src/load.js';
import { render } from './src/output/render.js';
import { compare, writeTree } from './src/output/write.js';
import { readAppSecrets } from './src/platform/app-secrets.js';
import { readCredentials } from './src/platform/onepassword-credentials.js';
import { composePlatform } from './src/platform/platform.js';
import { projectPrefix, resolveSettings, settingsFile } from './src/platform/settings.js';
import { findRepository } from './src/repository.js';

const project = import.meta.dirname;

await run(async () => {
  const { check, help } = synthArguments(process.argv.slice(2));
  if (help) {
    console.log(help);
    return 0;
  }

  const page = await loadDefault(join(project, settingsFile), settingsFile);
  const settings = resolveSettings('value' in page ? page.value : {}, settingsFile);
  const secrets = await readAppSecrets(project);
  const repository = findRepository(project);
  const credentials = readCredentials(project);

  const composed = composePlatform({
    settings: settings.settings,
    prefix: projectPrefix(settings.settings, repository),
    credentials,
    secrets: secrets.files,
  });
  const problems = [
    ...('problems' in page ? page.problems : []),
    ...settings.problems,
    ...secrets.problems,
    ...composed.problems,
    ...guard({ project, settings: settings.settings, files: secrets.files, platform: composed.platform }),
  ];
  if (problems.length > 0) throw new OperatorError(problems);

  const files = render(composed.platform);
  const dist = join(project, 'dist');
  if (!credentials) console.log('no credentials yet: run `npm run bootstrap`; until then Connect waits');
  if (check) {
    const { validate } = await import('./src/output/validate.js');
    const lines = [...validate(files), ...differenceLines(compare(dist, files))];
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
