import { join, resolve } from 'node:path';
import { run } from './src/cli/run.js';
import { differenceLines, synthArguments, warn, wroteLine } from './src/cli/synth-report.js';
import { OperatorError } from './src/errors.js';
import { guard } from './src/guards/index.js';
import { movedWarnings } from './src/output/moved.js';
import { render } from './src/output/render.js';
import { compare, writeInto, writeTree } from './src/output/write.js';
import { composeProject } from './src/platform/project.js';

await run(async () => {
  const { check, help } = synthArguments(process.argv.slice(2));
  if (help) {
    console.log(help);
    return 0;
  }

  const project = await composeProject(import.meta.dirname);
  const { problems, warnings } = guard(project);
  warn(warnings);
  if (project.problems.length + problems.length > 0) {
    throw new OperatorError([...project.problems, ...problems]);
  }

  const files = render(project.platform);
  const dist = join(project.path, 'dist');
  warn(movedWarnings(dist, files, project.files));
  if (!project.hasCredentials) {
    console.log('no credentials yet: run `npm run bootstrap`; until then Connect waits');
  }
  // The project's own manifests are valid; what an operator adds to the charts' values may not be.
  const { externalSecrets, connect } = project.settings;
  const addsValues = Object.keys({ ...externalSecrets.values, ...connect.values }).length > 0;
  const invalid = check || addsValues ? (await import('./src/output/validate.js')).validate(files) : [];
  if (check || invalid.length > 0) {
    const lines = [...invalid, ...(check ? differenceLines(compare(dist, files)) : [])];
    for (const line of lines) console.error(line);
    if (lines.length === 0) console.log(`dist/ is current and valid: ${files.size} files`);
    return lines.length === 0 ? 0 : 1;
  }
  console.log(wroteLine(files, await writeTree(dist, files)));
  // `cdk8s synth` wants the manifests in a folder of its own, too.
  const other = process.env['CDK8S_OUTDIR'];
  if (other && resolve(other) !== dist) await writeInto(resolve(other), files);
  return 0;
});
