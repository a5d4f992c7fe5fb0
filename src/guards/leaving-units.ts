import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import { type HandOver, placeOf } from '../platform/hand-over.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import type { RepositoryView } from '../repository/scan.js';

/**
 * Flux Kustomizations in the repository that wait for a unit that disappears when a move is finished: Flux would
 * never reconcile them again.
 */
export function leavingUnitProblems(
  handOvers: readonly HandOver[],
  files: readonly AppSecretsFile[],
  settings: ResolvedSettings,
  view: RepositoryView,
): Problem[] {
  const { namespace } = settings.flux;
  const staying = new Set(files.flatMap(({ secrets }) => secrets.map((secret) => placeOf(secret, settings))));
  const leaving = [...new Set(handOvers.map(({ from }) => from))].filter((from) => !staying.has(from));
  return leaving.flatMap((unit) => {
    const moved = handOvers.filter(({ from }) => from === unit).map(({ secret }) => secret);
    const units = moved
      .filter(({ beside }) => beside === undefined)
      .map((secret) => placeOf(secret, settings));
    const todo =
      units.length > 0
        ? `make it wait for ${[...new Set(units)].sort().join(' or ')}`
        : "remove that dependency: the Secret now comes with its app's own Flux Kustomization";
    return view
      .fluxHolding(unit)
      .filter((flux) =>
        flux.dependsOn.some(
          (one) => one.name === unit && (one.namespace ?? flux.namespace ?? namespace) === namespace,
        ),
      )
      .map(({ file, name }) => ({
        where: `${file}: ${name}`,
        what: `waits for the unit ${unit}, which disappears when the move is finished`,
        todo,
      }));
  });
}
