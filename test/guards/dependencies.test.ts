import { expect, test } from 'vitest';
import { errorsWith, flux } from './repository.js';

const waiting = (unit: string) => `import { appSecret, externalUnit } from '#cluster-secrets';
export default appSecret({ namespace: 'monitoring', name: 'grafana', item: 'grafana', keys: 'all', waitsFor: [externalUnit('${unit}')] });
`;
const todo = 'remove one of these dependencies';

test('a circle through Flux Kustomizations of the repository is refused, whole', async () => {
  expect(
    await errorsWith({
      'src/secrets/grafana.ts': waiting('monitoring'),
      'ks.yaml': `${flux('monitoring', '{path: ./m, dependsOn: [{name: database}]}')}---\n${flux('database', '{path: ./d, dependsOn: [{name: secrets-monitoring-after-monitoring}]}')}`,
    }),
  ).toEqual({
    code: 1,
    err: `secrets-monitoring-after-monitoring: waits for itself: secrets-monitoring-after-monitoring -> monitoring -> database -> secrets-monitoring-after-monitoring; ${todo}`,
  });
});

test('monitoring that waits for an app secret is a circle: the chart of the operator needs its CRDs', async () => {
  const settings = `import { externalUnit } from '#cluster-secrets';
export default { monitoring: { unit: externalUnit('prometheus') } };
`;
  const err = `external-secrets: waits for itself: external-secrets -> prometheus -> secrets-monitoring -> onepassword-store -> onepassword-connect -> external-secrets; ${todo}`;
  expect(
    await errorsWith({
      'src/settings.ts': settings,
      'ks.yaml': flux('prometheus', '{path: ./p, dependsOn: [{name: secrets-monitoring}]}'),
    }),
  ).toEqual({ code: 1, err });
});

test('one that is nowhere is a warning', async () => {
  expect(
    await errorsWith({
      'src/secrets/grafana.ts': waiting('monitorin'),
      'ks.yaml': flux('monitoring', '{path: ./m}'),
    }),
  ).toEqual({
    code: 0,
    err: 'warning: secrets-monitoring-after-monitorin: waits for the Flux Kustomization flux-system/monitorin, which is not in this repository; correct the name, unless something else creates it',
  });
});

test('one that has the name of a unit is refused, in the same namespace', async () => {
  const files = (namespace: string) => ({ 'ks.yaml': flux('external-secrets', '{path: ./eso}', namespace) });
  expect(await errorsWith(files('other'))).toEqual({ code: 0, err: '' });
  expect(await errorsWith(files('flux-system'))).toEqual({
    code: 1,
    err: "external-secrets: is also the name of a Flux Kustomization in ks.yaml, and the two would undo each other's work; rename that one, remove it first, or give this project a `name` in src/settings.ts",
  });
});
