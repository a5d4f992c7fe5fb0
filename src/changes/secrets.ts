import { operatorRelease } from '../constructs/external-secrets-release.js';
import type { Problem } from '../errors.js';
import { writeAnew } from '../external-secret/made-once.js';
import { groupBy } from '../group-by.js';
import { at } from '../tree.js';
import { nameOfUnit, placeOfUnit } from './beside.js';
import { secretOf } from './secret-content.js';
import { type Files, letsGo, objectsOf, type Placed, parsed } from './tree.js';

const idOf = ({ kind, namespace, name }: Placed) => `${kind} ${namespace}/${name}`;
/** Objects by name; an ExternalSecret by that of its Secret. */
const named = (object: Placed) =>
  `${object.namespace}/${object.kind === 'ExternalSecret' ? secretOf(object).name : object.name}`;

/** A Secret that a push takes away. */
interface Loss {
  readonly object: Placed;
  readonly what: (names: string, many: boolean) => string;
  readonly todo: string;
}

/**
 * Says which Secrets a push deletes, makes anew or can't change, and what else goes with it.
 *
 * @param before What was in `dist/`, whole or only the files that differ.
 * @param after What will be there, whole.
 * @returns A warning for all Secrets of a unit that go for the same reason.
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

/** @param makers What makes its Secret after the push. */
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
      ? `; Connect waits for ${named(other)} instead`
      : ', and Connect with it at its next start';
    return [
      {
        object,
        what: (names) => `the push deletes the Secret ${names}${instead}`,
        todo: other ? 'nothing, if that is meant' : 'put the bootstrap file back, or `npm run bootstrap`',
      },
    ];
  }
  const isOperator = ({ kind, name }: Placed) => kind === 'HelmRelease' && name === operatorRelease;
  if (isOperator(object) && !now.some(isOperator)) {
    return [
      {
        object,
        what: () =>
          'the push uninstalls External Secrets Operator: the Secrets stay, and none is made or refreshed until another one is there',
        todo: 'if another one takes over, hand it over ("Hand it over" in docs/adoption.md)',
      },
    ];
  }
  if (isOperator(object) && same.length > 0 && same.every(({ unit }) => unit !== object.unit)) {
    return [
      {
        object,
        what: () =>
          `the push uninstalls External Secrets Operator, and ${same[0]?.unit} installs it anew, because its unit gets another name`,
        todo: 'put the name back, or push `flux: { prune: false }` first, and nothing else with it',
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
            `the push deletes the ${many ? 'Secrets' : 'Secret'} ${names}, and makes ${many ? 'them' : 'it'} anew, because ${many ? 'the ExternalSecrets get other names' : `its ExternalSecret gets another name (${heir.name})`}`,
          todo: 'nothing, if that is meant: an app that starts in between does not find it',
        },
      ];
    }
    const [other] = now.filter(
      ({ kind, name, namespace }) =>
        kind === 'ExternalSecret' && name === object.name && namespace !== object.namespace,
    );
    const instead = other ? ` (${named(other)} is another one, for another namespace)` : '';
    return [
      {
        object,
        what: (names, many) =>
          `the push deletes the ${many ? 'Secrets' : 'Secret'} ${names}, with ${many ? 'their ExternalSecrets' : 'its ExternalSecret'}${instead}`,
        todo: 'if an app still needs it, put it back; to keep it without this project, see "Taking it out again" in docs/adoption.md first',
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

/** What stays of an ExternalSecret that does not own its Secret. */
function leftBehind(object: Placed): Loss | undefined {
  const { policy } = secretOf(object);
  if (policy === 'Orphan') {
    return {
      object,
      what: (names, many) =>
        `the push leaves the ${many ? 'Secrets' : 'Secret'} ${names} in the cluster (creationPolicy Orphan), and nothing refreshes ${many ? 'them' : 'it'}`,
      todo: `delete what no app needs: \`kubectl -n ${object.namespace} delete secret NAME\``,
    };
  }
  if (policy !== 'Merge') return undefined;
  return {
    object,
    what: (names, many) =>
      `the push leaves the keys that were added to the ${many ? 'Secrets' : 'Secret'} ${names} (creationPolicy Merge), and nothing refreshes them`,
    todo: `take out what no app needs: \`kubectl -n ${object.namespace} edit secret NAME\``,
  };
}

/** An ExternalSecret that turns to another Secret. */
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
          `the push leaves the Secret ${names} as it is, and nothing refreshes it: its ExternalSecret turns to ${named(next)}`,
        todo: `delete what no app needs: \`kubectl -n ${object.namespace} delete secret NAME\``,
      },
    ];
  }
  return [
    {
      object,
      what: (names) =>
        `the push deletes the Secret ${names}, and makes ${named(next)} instead, from the same ExternalSecret`,
      todo: 'if an app still reads the old one, keep it as an app secret with an externalSecretName of its own',
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
        `${names} ${many ? 'stay' : 'stays'} as ${many ? 'they were' : 'it was'} made (refreshPolicy CreatedOnce): the change does not reach ${many ? 'them' : 'it'}`,
      todo: `after the push, ${writeAnew(object.namespace, 'NAME')}`,
    },
  ];
}

/** A unit that goes, or no longer has an object, prunes it, unless the object says otherwise before that. */
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
        `the push deletes the ${many ? 'Secrets' : 'Secret'} ${names}, and makes ${many ? 'them' : 'it'} anew from ${nameOfUnit(to)}`,
      todo: 'put it back, and move it in two steps ("Move a secret" in docs/secrets.md)',
    },
  ];
}

/** Kubernetes does not change the type of a Secret. */
function typeChange(object: Placed, same: readonly Placed[]): Loss[] {
  const type = (one: Placed) => at(parsed(one), 'spec', 'target', 'template', 'type') ?? 'Opaque';
  const [next] = same;
  if (next === undefined || next.content.equals(object.content) || type(next) === type(object)) return [];
  return [
    {
      object,
      what: (names, many) =>
        `${names} ${many ? 'become' : 'becomes'} ${type(next)}, and a Secret keeps its type (${type(object)}): ${many ? 'they stay' : 'it stays'} as ${many ? 'they are' : 'it is'}, not ready`,
      todo: `after the push, delete it, and it is made anew: \`kubectl -n ${object.namespace} delete secret NAME\``,
    },
  ];
}

/** What goes with the namespace of the releases, and with that of Flux. */
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
            what: `External Secrets Operator and Connect move from the namespace ${release.from} to ${release.to}: Flux uninstalls the old ones, and with them the cluster roles of the new ones, which it misses up to an hour later`,
            todo: `once the old ones are gone: \`flux reconcile helmrelease external-secrets -n ${release.to} --force\``,
          },
        ]
      : []),
    ...(flux
      ? [
          {
            code: 'leaving',
            where: 'dist/flux',
            what: `the Flux Kustomizations move from the namespace ${flux.from} to ${flux.to}: the old ones delete all that they applied, and the new ones make it anew, the Secrets ${secretsOf(now)} included`,
            todo: `before the push, let each of the old ones go without deleting: \`kubectl -n ${flux.from} patch kustomization NAME --field-manager=take-out --type merge -p '{"spec":{"suspend":true}}'\``,
          },
        ]
      : []),
  ];
}

/** The Secrets of a tree, the bootstrap Secret included. */
function secretsOf(objects: readonly Placed[]): string {
  const secrets = objects.filter(({ kind }) => kind === 'ExternalSecret' || kind === 'Secret');
  return [...new Set(secrets.map(named))].sort().join(', ');
}
