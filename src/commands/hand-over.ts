import { join } from 'node:path';
import { Command as Usage } from 'commander';
import { type FluxName, type OwnedObjects, readOwned } from '../cluster/flux-owned.js';
import { called, type PruneEffect, type Push, pruneEffects } from '../cluster/prune-effects.js';
import { operatorRelease } from '../constructs/external-secrets-release.js';
import { OperatorError } from '../errors.js';
import { isExisting } from '../platform/existing.js';
import { settingsFile } from '../platform/settings.js';
import { composeProject, type Project } from '../project.js';
import { namespacedName } from '../repository/objects.js';
import { RepositoryView } from '../repository/scan.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { print } from '../terminal/io.js';
import { plainTable } from '../terminal/table.js';
import { examples } from './examples.js';
import { appliedRevision, atRevision, changedSince } from './hand-over/revision.js';
import { takeOver } from './hand-over/take-over.js';
import { treeState } from './hand-over/tree-state.js';

/**
 * `hand-over`: shows, before a push, which of the platform's objects move between Flux Kustomizations, and fails if
 * one of them would be deleted.
 */
export const handOver: Command = async (path, args, io) => {
  const usage = new Usage('npm run hand-over --').description(
    'Check what pushing the working tree would do to External Secrets Operator, its stores and ExternalSecrets: what is handed over to this project or back, and what Flux would delete. Reads the cluster, and changes nothing.',
  );
  usage
    .option('--since <commit>', 'commit that Flux has applied (default: read from the cluster)')
    .addHelpText('after', examples('', '--since origin/main'));
  const options = parseArguments<{ since?: string }>(usage, args, io);
  if (!options) return 0;
  const project = await composeProject(path, [], io);
  if (project.problems.length > 0) throw new OperatorError(project.problems);
  // The Kubernetes client takes half a second to load.
  const { connect } = await import('../cluster/connection.js');
  const cluster = await readOwned(connect(io.env));
  const { effects, problems } = pruneEffects(cluster, pushOf(project, cluster, options.since));
  if (effects.length > 0) print(io.stdout, table(effects));
  if (problems.length > 0) throw new OperatorError(problems);
  if (effects.length > 0) {
    print(io.stdout, 'nothing is lost: push, then check with `npm run status`');
    return 0;
  }
  const { waiting, kept } = takeOver(project, cluster);
  if (waiting.length > 0) {
    const rows = waiting.map(({ object, problems }) => [
      called(object),
      shown(object.owner),
      problems.length === 0 ? 'yes' : 'no',
    ]);
    print(io.stdout, plainTable(['OBJECT', 'TODAY', 'CAN BE HANDED OVER'], rows));
  }
  if (kept.length > 0) {
    const objects = kept.map(called).join(', ');
    print(
      io.stdout,
      `kept: ${objects} (existing() in ${settingsFile}; to take over, follow docs/adoption.md)`,
    );
  }
  const wrong = waiting.flatMap(({ problems }) => problems);
  if (wrong.length > 0) throw new OperatorError(wrong);
  const [all, nothing] =
    kept.length > 0
      ? ['everything else', 'nothing else to hand over']
      : ['everything', 'nothing to hand over, and nothing left to take over'];
  const todo = 'remove it there, declare it here, and run this again';
  print(io.stdout, waiting.length > 0 ? `${all} can be handed over: ${todo}` : nothing);
  return 0;
};

/**
 * Compares what Flux has applied with the working tree.
 *
 * @throws OperatorError if nothing in the repository says what Flux applies, or it is unknown what it has applied.
 */
function pushOf({ path, repository, settings, view }: Project, cluster: OwnedObjects, since?: string): Push {
  if (!view.model.hasRoots || !repository) {
    throw new OperatorError([
      {
        where: view.dist,
        what: 'is in a repository that does not show what Flux applies, so what a push deletes is unknown',
        todo: 'run it where the Flux Kustomization or the FluxInstance that Flux was bootstrapped with is committed',
      },
    ]);
  }
  const { top, prefix } = repository;
  const { otherClusters, flux } = settings;
  const { objects } = cluster;
  const commit = appliedRevision(top, cluster, flux.source.name, since);
  const before = atRevision(top, commit, (folder) => {
    const project = join(folder, prefix);
    const where = { project, repository: { top: folder, prefix }, otherClusters };
    return treeState(new RepositoryView(where, prefix), project, objects);
  });
  const changed = changedSince(top, commit);
  const operator = isExisting(settings.externalSecrets) ? undefined : settings.externalSecrets;
  return {
    before,
    after: treeState(view, path, objects),
    touches: (name) => changed.some((text) => text.includes(name)),
    operators: [
      ...view.operatorReleases().map(({ object }) => namespacedName(object)),
      ...(operator ? [`${settings.namespace}/${operatorRelease}`] : []),
    ],
    operatorVersion: operator?.version,
  };
}

function table(effects: readonly PruneEffect[]): string {
  return plainTable(
    ['OBJECT', 'TODAY', 'AFTER THE PUSH', 'EFFECT'],
    effects.map(({ object, after, effect }) => [called(object), shown(object.owner), shown(after), effect]),
  );
}

function shown(name: FluxName | undefined): string {
  return name ? `${name.namespace}/${name.name}` : '-';
}
