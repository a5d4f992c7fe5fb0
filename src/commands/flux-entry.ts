import { Command as Usage } from 'commander';
import { OperatorError } from '../errors.js';
import { toYaml } from '../output/render.js';
import { composeProject } from '../platform/project.js';
import { projectPrefix } from '../platform/settings.js';
import { RepositoryFiles } from '../repository/files.js';
import { Placement } from '../repository/placement.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { print } from '../terminal/io.js';

/** `flux-entry`: prints the one Flux Kustomization to add to the repository's Flux entry. */
export const fluxEntry: Command = async (project, args, io) => {
  const command = new Usage('npm run flux-entry --').description(
    "Prints the one Flux Kustomization to add to the repository's Flux entry: it applies dist/. Prints none when one of the repository does already.",
  );
  if (!parseArguments(command, args, io)) return 0;
  const { settings, repository, problems } = await composeProject(project);
  if (problems.length > 0) throw new OperatorError(problems);
  const { namespace, source, interval, retryInterval } = settings.flux;
  const folder = `${projectPrefix(settings, repository)}dist`;
  const [builder] = new Placement(
    new RepositoryFiles({ project, repository, otherClusters: settings.otherClusters }),
  ).buildersOf(folder).flux;
  if (builder) {
    print(
      io.stderr,
      `nothing to add: the Flux Kustomization ${builder.name} in ${builder.file} applies ${folder} already`,
    );
    return 0;
  }
  io.stdout.write(
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
};
