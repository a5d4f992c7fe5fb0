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
import type { ResolvedSettings } from './settings-schema.js';
import { unitNameOf } from './unit-name.js';

/** An app secret and the file that declares it. */
interface Declared {
  readonly file: string;
  readonly secret: AppSecretProps;
}

/**
 * Makes the units of the app secrets. Each waits for the store and for whatever its app secrets wait for. There is
 * one unit per namespace: not fewer, because a unit fails as a whole when a namespace is missing; not more, because
 * every unit costs Flux seconds at each push.
 *
 * @param handOvers App secrets that also stay in their old unit until Flux has handed them over.
 * @returns The units, sorted by name, and a problem for each name that two of them would share.
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
    // The guards report a second one of the same name.
    if (unit.node.tryFindChild(id)) return;
    new AppSecret(unit, id, secret, { ...secretContext(settings), ...(handOver && { handOver }) });
  };
  for (const secret of secrets) add(secret, false);
  for (const secret of handed) add(secret, true);
  return unit;
}

/** The settings that apply to every app secret. */
export function secretContext({ store, refreshInterval }: ResolvedSettings): AppSecretContext {
  return { storeName: store.name, storeKind: store.kind, provider: store.provider, refreshInterval };
}

/** Two units of one name would become one that waits for the dependencies of both. */
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
      what: `would share the unit ${name} with ${named(first)}, but the two belong in different units`,
      todo: 'give one of them another `unit`',
    },
  ];
}
