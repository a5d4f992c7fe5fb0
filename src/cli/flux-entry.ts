import { join } from 'node:path';
import { Command } from 'commander';
import { OperatorError } from '../errors.js';
import { toYaml } from '../output/render.js';
import { composeProject } from '../platform/project.js';
import { projectPrefix } from '../platform/settings.js';
import { RepositoryFiles } from '../repository/files.js';
import { Placement } from '../repository/placement.js';
import { parseArguments } from './arguments.js';
import { run } from './run.js';

const project = join(import.meta.dirname, '../..');

await run(async () => {
  const command = new Command('npm run flux-entry --').description(
    "Prints the one Flux Kustomization to add to the repository's Flux entry: it applies dist/. Prints none when one of the repository does already.",
  );
  if (!parseArguments(command, process.argv.slice(2))) return 0;
  const { settings, repository, problems } = await composeProject(project);
  if (problems.length > 0) throw new OperatorError(problems);
  const { namespace, source, interval, retryInterval } = settings.flux;
  const folder = `${projectPrefix(settings, repository)}dist`;
  const [builder] = new Placement(
    new RepositoryFiles({ project, repository, otherClusters: settings.otherClusters }),
  ).buildersOf(folder).flux;
  if (builder) {
    console.error(
      `nothing to add: the Flux Kustomization ${builder.name} in ${builder.file} applies ${folder} already`,
    );
    return 0;
  }
  process.stdout.write(
    toYaml({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'cluster-secrets', namespace },
      spec: {
        interval,
        path: `./${folder}`,
        prune: true,
        retryInterval,
        sourceRef: source,
      },
    }),
  );
  return 0;
});
