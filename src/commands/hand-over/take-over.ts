/** What another Flux Kustomization applies and this project could manage instead. */
import type { OwnedObject, OwnedObjects } from '../../cluster/flux-owned.js';
import { isHarmless, isLetGo, isOperatorRelease, takeOverProblems } from '../../cluster/prune-effects.js';
import { apiObjectsIn } from '../../constructs/objects.js';
import type { Problem } from '../../errors.js';
import { Cluster } from '../../platform/cluster.js';
import { isExisting } from '../../platform/existing.js';
import { resolveSettings } from '../../platform/resolve-settings.js';
import { settingsFile } from '../../platform/settings.js';
import type { ResolvedSettings } from '../../platform/settings-schema.js';
import type { Project } from '../../project.js';
import { identity } from '../../repository/objects.js';
import type { Tree } from '../../tree.js';
import { specOf, treeOf } from './tree-state.js';

/** An object that this project would make, and that another Flux Kustomization still applies. */
interface Waiting {
  readonly object: OwnedObject;
  /** Why it can't be handed over yet. */
  readonly problems: readonly Problem[];
}

/** What is left to take over. */
export interface TakeOver {
  readonly waiting: readonly Waiting[];
  /** The main objects of parts that the settings keep as existing. */
  readonly kept: readonly OwnedObject[];
}

/**
 * Finds everything that a project without `existing(...)` would make. A part that the settings keep as existing is
 * waiting only once all of it is marked: until then, nothing says that it is to be handed over.
 */
export function takeOver({ settings, files }: Project, cluster: OwnedObjects): TakeOver {
  const whole = new Cluster({ settings: withoutExisting(settings) });
  whole.addSecrets(files);
  const made = new Map(
    whole.units.flatMap((unit) =>
      apiObjectsIn(unit).map((object) => {
        const tree: Tree = object.toJson();
        return [identity(tree), { unit: unit.unitName, spec: specOf(tree) }] as const;
      }),
    ),
  );
  const ours = new Set(whole.units.map(({ unitName }) => unitName));
  const found = cluster.objects.flatMap((object) => {
    const { owner } = object;
    const isOurs = owner && ours.has(owner.name) && owner.namespace === settings.flux.namespace;
    const own = made.get(identity(treeOf(object)));
    const unit = own?.unit ?? (isOperatorRelease(object) ? whole.operator?.unitName : undefined);
    if (!owner || isOurs || unit === undefined || object.kind === 'Kustomization') return [];
    return [{ object, unit, problems: takeOverProblems(object, own?.spec, cluster) }];
  });
  const existing = new Set([
    isExisting(settings.externalSecrets) && whole.operator?.unitName,
    isExisting(settings.connect) && whole.connect?.unitName,
    settings.store.isExisting && whole.store?.unitName,
  ]);
  const main = found.filter(({ object, unit }) => existing.has(unit) && !isHarmless(object));
  const stays = ({ object, problems }: Waiting) => problems.length > 0 || !isLetGo(object, cluster);
  const offered = new Set(main.map(({ unit }) => unit));
  for (const one of main.filter(stays)) offered.delete(one.unit);
  return {
    waiting: found.filter(({ unit }) => !existing.has(unit) || offered.has(unit)),
    kept: main.filter(({ unit }) => !offered.has(unit)).map(({ object }) => object),
  };
}

/** The settings of a project that installs every part itself. */
function withoutExisting(settings: ResolvedSettings): ResolvedSettings {
  const { settings: usual } = resolveSettings({}, settingsFile);
  const { externalSecrets, connect, store } = settings;
  return {
    ...settings,
    externalSecrets: isExisting(externalSecrets) ? usual.externalSecrets : externalSecrets,
    connect: isExisting(connect) ? usual.connect : connect,
    store: store.isExisting ? { ...usual.store, name: store.name } : store,
  };
}
