import { operatorRelease } from '../constructs/external-secrets-release.js';
import type { Problem } from '../errors.js';
import { writeAnew } from '../external-secret/made-once.js';
import { groupBy } from '../group-by.js';
import { at } from '../tree.js';
import { nameOfUnit, placeOfUnit } from './beside.js';
import { secretOf } from './secret-content.js';
import { type Files, letsGo, objectsOf, type Placed, parsed } from './tree.js';

const idOf = ({ kind, namespace, name }: Placed) => `${kind} ${namespace}/${name}`;
/** `namespace/name` of an object; for an ExternalSecret, of its Secret. */
const named = (object: Placed) =>
  `${object.namespace}/${object.kind === 'ExternalSecret' ? secretOf(object).name : object.name}`;

/** What a push does to a Secret that is worth a warning. */
interface Loss {
  readonly object: Placed;
  readonly what: (names: string, many: boolean) => string;
  readonly todo: string;
}

/**
 * Warns about Secrets that a push deletes, recreates or can't change, and about releases that move.
 *
 * @param before The old files of `dist/`: all of them, or only those that differ.
 * @param after All new files of `dist/`.
 * @returns One warning for all Secrets of a unit that share a reason.
 */
export function secretChanges(before: Files, after: Files): Problem[] {
  const [old, now] = [objectsOf(before), objectsOf(after)];
  if (old.length === 0) return [];
  const stays = groupBy(now, idOf);
  const makers = groupBy(
    now.filter(({ kind }) => kind === 'ExternalSecret'),
    named,
  );
  const leaving = old.filter(({ unit }) => !letsGo(before, unit));
  const losses = leaving.flatMap((object) =>
    lossOf(object, stays.get(idOf(object)) ?? [], now, makers.get(named(object)) ?? [], after),
  );
  const groups = groupBy(losses, ({ object, what, todo }) => [object.unit, what('', false), todo].join('\n'));
  const told = [...groups.values()].flatMap((group): Problem[] => {
    const [first] = group;
    if (!first) return [];
    const names = group.map(({ object }) => named(object)).sort();
    const what = first.what(names.join(', '), names.length > 1);
    return [{ code: 'leaving', where: placeOfUnit(first.object.unit), what, todo: first.todo }];
  });
  return [...told, ...releaseMoves(old, now)];
}

/** @param makers The ExternalSecrets that make its Secret after the push. */
function lossOf(
  object: Placed,
  same: readonly Placed[],
  now: readonly Placed[],
  makers: readonly Placed[],
  after: Files,
): Loss[] {
  if (object.kind === 'Secret') {
    if (same.length > 0) return [];
    const [other] = now.filter(({ kind, unit }) => kind === 'Secret' && unit === object.unit);
    const instead = other
      ? `, and Connect waits for ${named(other)} instead`
      : ', and Connect fails at its next start';
    return [
      {
        object,
        what: (names) => `the push deletes the Secret ${names}${instead}`,
        todo: other ? 'nothing to do if intended' : 'restore the bootstrap file, or run `npm run bootstrap`',
      },
    ];
  }
  const isOperator = ({ kind, name }: Placed) => kind === 'HelmRelease' && name === operatorRelease;
  if (isOperator(object) && !now.some(isOperator)) {
    return [
      {
        object,
        what: () =>
          'the push uninstalls External Secrets Operator: Secrets stay, but none is created or refreshed until it is installed again',
        todo: 'if another installation takes over, hand it over ("Hand it over" in docs/adoption.md)',
      },
    ];
  }
  if (isOperator(object) && same.length > 0 && same.every(({ unit }) => unit !== object.unit)) {
    return [
      {
        object,
        what: () =>
          `the push uninstalls External Secrets Operator, and ${same[0]?.unit} installs it again, because its unit is renamed`,
        todo: 'restore the name, or first push only `flux: { prune: false }`',
      },
    ];
  }
  if (object.kind !== 'ExternalSecret') return [];
  if (same.length === 0) {
    const left = leftBehind(object);
    if (left) return [left];
    const [heir] = makers;
    if (heir) {
      return [
        {
          object,
          what: (names, many) =>
            `the push deletes the ${many ? 'Secrets' : 'Secret'} ${names}, and recreates ${many ? 'them' : 'it'}, because ${many ? 'their ExternalSecrets are renamed' : `its ExternalSecret is renamed to ${heir.name}`}`,
          todo: 'nothing to do if intended, but an app that starts in between does not find it',
        },
      ];
    }
    const [other] = now.filter(
      ({ kind, name, namespace }) =>
        kind === 'ExternalSecret' && name === object.name && namespace !== object.namespace,
    );
    const instead = other ? ` (${named(other)} is a different Secret, in another namespace)` : '';
    return [
      {
        object,
        what: (names, many) =>
          `the push deletes the ${many ? 'Secrets' : 'Secret'} ${names} along with ${many ? 'their ExternalSecrets' : 'its ExternalSecret'}${instead}`,
        todo: 'if an app still needs it, restore it (to keep it without this project, see "Taking it out again" in docs/adoption.md)',
      },
    ];
  }
  return [
    ...madeAnew(object, same, now, after),
    ...otherSecret(object, same),
    ...typeChange(object, same),
    ...madeOnce(object, same),
  ];
}

/** What is left of an ExternalSecret that does not own its Secret. */
function leftBehind(object: Placed): Loss | undefined {
  const { policy } = secretOf(object);
  if (policy === 'Orphan') {
    return {
      object,
      what: (names, many) =>
        `the push leaves the ${many ? 'Secrets' : 'Secret'} ${names} in the cluster (creationPolicy Orphan), but nothing refreshes ${many ? 'them' : 'it'}`,
      todo: `delete it once no app needs it: \`kubectl -n ${object.namespace} delete secret NAME\``,
    };
  }
  if (policy !== 'Merge') return undefined;
  return {
    object,
    what: (names, many) =>
      `the push leaves the added keys in the ${many ? 'Secrets' : 'Secret'} ${names} (creationPolicy Merge), but nothing refreshes them`,
    todo: `remove them once no app needs them: \`kubectl -n ${object.namespace} edit secret NAME\``,
  };
}

/** An ExternalSecret whose Secret is renamed. */
function otherSecret(object: Placed, same: readonly Placed[]): Loss[] {
  const [next] = same;
  if (next === undefined || next.content.equals(object.content) || named(next) === named(object)) return [];
  const left = leftBehind(object);
  if (left) return [left];
  // ESO cleans up only for what it owns.
  if (secretOf(next).policy !== 'Owner') {
    return [
      {
        object,
        what: (names) =>
          `the push leaves the Secret ${names} as it is, but nothing refreshes it: its ExternalSecret now makes ${named(next)}`,
        todo: `delete it once no app needs it: \`kubectl -n ${object.namespace} delete secret NAME\``,
      },
    ];
  }
  return [
    {
      object,
      what: (names) =>
        `the push deletes the Secret ${names}, and the same ExternalSecret makes ${named(next)} instead`,
      todo: 'if an app still reads the old one, keep it as an app secret with its own externalSecretName',
    },
  ];
}

/** A change that never reaches the Secret. */
function madeOnce(object: Placed, same: readonly Placed[]): Loss[] {
  const [next] = same;
  if (next === undefined || next.content.equals(object.content)) return [];
  const [was, is] = [parsed(object), parsed(next)];
  const once = at(is, 'spec', 'refreshPolicy') === 'CreatedOnce';
  const filled = (one: unknown) =>
    JSON.stringify(['data', 'dataFrom', 'target'].map((field) => at(one, 'spec', field)));
  if (!once || filled(was) === filled(is)) return [];
  return [
    {
      object,
      what: (names, many) =>
        `the change does not reach ${names}: ${many ? 'they are' : 'it is'} not updated (refreshPolicy CreatedOnce)`,
      todo: `after the push, ${writeAnew(object.namespace, 'NAME')}`,
    },
  ];
}

/** Flux prunes what leaves its unit, unless the object was already marked to be kept. */
function madeAnew(object: Placed, same: readonly Placed[], now: readonly Placed[], after: Files): Loss[] {
  const keeps = /^ {4}kustomize\.toolkit\.fluxcd\.io\/prune: disabled$/m.test(
    object.content.toString('utf8'),
  );
  const stays = same.some(({ unit }) => unit === object.unit);
  const lives = object.unit.startsWith('/') || after.has(`flux/${object.unit}.yaml`);
  if (keeps || (stays && lives)) return [];
  const [to = ''] = same.map(({ unit }) => unit).filter((unit) => now.some((one) => one.unit === unit));
  return [
    {
      object,
      what: (names, many) =>
        `the push deletes the ${many ? 'Secrets' : 'Secret'} ${names}, and ${nameOfUnit(to)} recreates ${many ? 'them' : 'it'}`,
      todo: 'restore it, and move it in two steps ("Move a secret" in docs/secrets.md)',
    },
  ];
}

/** The type of a Secret is immutable. */
function typeChange(object: Placed, same: readonly Placed[]): Loss[] {
  const type = (one: Placed) => at(parsed(one), 'spec', 'target', 'template', 'type') ?? 'Opaque';
  const [next] = same;
  if (next === undefined || next.content.equals(object.content) || type(next) === type(object)) return [];
  return [
    {
      object,
      what: (names, many) =>
        `the type of ${names} changes to ${type(next)}, but a Secret's type is immutable (${type(object)}): ${many ? 'they stay as they are' : 'it stays as it is'}, not ready`,
      todo: `after the push, delete it so that it is recreated: \`kubectl -n ${object.namespace} delete secret NAME\``,
    },
  ];
}

/** What is lost when the namespace of the releases or of Flux changes. */
function releaseMoves(old: readonly Placed[], now: readonly Placed[]): Problem[] {
  const moved = (kind: string, name: string) => {
    const [from, to] = [old, now].map((objects) =>
      objects.find((one) => one.kind === kind && one.name === name),
    );
    return from && to && from.namespace !== to.namespace
      ? { from: from.namespace, to: to.namespace }
      : undefined;
  };
  const release = moved('HelmRelease', operatorRelease);
  const flux = moved('Kustomization', 'external-secrets');
  return [
    ...(release
      ? [
          {
            code: 'leaving',
            where: 'dist/external-secrets',
            what: `External Secrets Operator and Connect move from the namespace ${release.from} to ${release.to}: uninstalling the old releases also removes the cluster roles of the new ones, which Flux restores only up to an hour later`,
            todo: `once the old ones are gone, run \`flux reconcile helmrelease external-secrets -n ${release.to} --force\``,
          },
        ]
      : []),
    ...(flux
      ? [
          {
            code: 'leaving',
            where: 'dist/flux',
            what: `the Flux Kustomizations move from the namespace ${flux.from} to ${flux.to}: the old ones delete everything they applied, and the new ones recreate it, including the Secrets ${secretsOf(now)}`,
            todo: `before the push, suspend each of the old ones so that it deletes nothing: \`kubectl -n ${flux.from} patch kustomization NAME --field-manager=take-out --type merge -p '{"spec":{"suspend":true}}'\``,
          },
        ]
      : []),
  ];
}

/** The Secrets of a tree, including the bootstrap Secret. */
function secretsOf(objects: readonly Placed[]): string {
  const secrets = objects.filter(({ kind }) => kind === 'ExternalSecret' || kind === 'Secret');
  return [...new Set(secrets.map(named))].sort().join(', ');
}
