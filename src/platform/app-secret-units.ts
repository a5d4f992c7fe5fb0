import type { Construct } from 'constructs';
import {
  AppSecret,
  type AppSecretContext,
  type AppSecretProps,
  externalSecretNameOf,
} from '../constructs/app-secret.js';
import type { UnitReference } from '../constructs/external-unit.js';
import { Unit } from '../constructs/unit.js';
import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import type { AppSecretsFile } from './app-secrets.js';
import { externalSecretHealth, type PlatformContext } from './context.js';
import type { HandOver } from './hand-over.js';
import type { ResolvedSettings } from './settings.js';
import { unitNameOf } from './unit-name.js';

/** An app secret and the file that declares it. */
interface Declared {
  readonly file: string;
  readonly secret: AppSecretProps;
}

/**
 * The units of the app secrets, each after the store and all that its secrets wait for. A unit is a
 * namespace's, because every unit costs Flux seconds at each push, and because one whose namespace is missing
 * fails whole.
 *
 * @param handOvers App secrets that stay in an older unit, too, until Flux has handed them over.
 * @returns The units, sorted by name, and the names that two of them would share.
 */
export function appSecretUnits(
  scope: Construct,
  context: PlatformContext,
  store: UnitReference | undefined,
  files: readonly AppSecretsFile[],
  handOvers: readonly HandOver[],
): { units: Unit[]; problems: Problem[] } {
  const declared = files.flatMap(({ file, secrets }) =>
    secrets.filter(({ beside }) => beside === undefined).map((secret) => ({ file, secret })),
  );
  const groups = groupBy(declared, ({ secret }) => unitNameOf(secret, context.settings));
  const handed = groupBy(handOvers, ({ from }) => from);
  const names = [...new Set([...groups.keys(), ...handed.keys()])].sort();
  return {
    units: names.map((name) =>
      appSecretUnit(
        scope,
        context,
        store,
        name,
        (groups.get(name) ?? []).map(({ secret }) => secret),
        (handed.get(name) ?? []).map(({ secret }) => secret),
      ),
    ),
    problems: [...groups].flatMap(([name, group]) => sharedNameProblems(name, group, context)),
  };
}

function appSecretUnit(
  scope: Construct,
  { settings, flux }: PlatformContext,
  store: UnitReference | undefined,
  unitName: string,
  secrets: readonly AppSecretProps[],
  handed: readonly AppSecretProps[],
): Unit {
  const waitsFor = new Map<string, UnitReference>();
  for (const unit of [...secrets, ...handed].flatMap((secret) => secret.waitsFor ?? [])) {
    waitsFor.set(`${unit.unitNamespace ?? flux.namespace}/${unit.unitName}`, unit);
  }
  const unit = new Unit(scope, unitName, {
    flux,
    dependsOn: [store, ...[...waitsFor].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)],
    timeout: '1m',
    wait: true,
    healthCheckExprs: [externalSecretHealth],
  });
  const add = (secret: AppSecretProps, handOver: boolean) => {
    const id = `${secret.namespace}.${externalSecretNameOf(secret)}`;
    // A second one of the same name is what the guards tell the operator about.
    if (unit.node.tryFindChild(id)) return;
    new AppSecret(unit, id, secret, { ...secretContext(settings), ...(handOver && { handOver }) });
  };
  for (const secret of secrets) add(secret, false);
  for (const secret of handed) add(secret, true);
  return unit;
}

/** What the settings say about every app secret. */
export function secretContext({ store, refreshInterval }: ResolvedSettings): AppSecretContext {
  return { storeName: store.name, storeKind: store.kind, provider: store.provider, refreshInterval };
}

/** Two units of one name would be one, which waits for what either waits for. */
function sharedNameProblems(name: string, group: readonly Declared[], { flux }: PlatformContext): Problem[] {
  const meant = ({ namespace, unit, waitsFor = [] }: AppSecretProps) =>
    JSON.stringify([
      namespace,
      unit ??
        [...new Set(waitsFor.map((one) => `${one.unitNamespace ?? flux.namespace}/${one.unitName}`))].sort(),
    ]);
  const [first, ...others] = group;
  if (!first) return [];
  const other = others.find(({ secret }) => meant(secret) !== meant(first.secret));
  if (!other) return [];
  const named = ({ file, secret }: Declared) => `${file}: ${secret.namespace}/${secret.name}`;
  return [
    {
      code: 'unit-names',
      where: named(other),
      what: `would be in the unit ${name}, which is that of ${named(first)}, and the two do not belong together`,
      todo: 'give one of them another `unit`',
    },
  ];
}
