import { expect, test } from 'vitest';
import { bootstrapped, kustomization, place } from '../repository/shapes.js';
import { errorsWith, flux } from './repository.js';

const waiting = (unit: string) => `import { appSecret, externalUnit } from '#cluster-secrets';
export default appSecret({ namespace: 'monitoring', name: 'grafana', item: 'grafana', keys: 'all', waitsFor: [externalUnit('${unit}')] });
`;
const todo = 'remove one of these dependencies';

test('refuses a dependency cycle through Flux Kustomizations of the repository, and prints all of it', async () => {
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

test('warns about a Flux Kustomization that is not in the repository', async () => {
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

test('refuses one with the name of a unit, in the same namespace', async () => {
  const files = (namespace: string) => ({ 'ks.yaml': flux('external-secrets', '{path: ./eso}', namespace) });
  expect(await errorsWith(files('other'))).toEqual({ code: 0, err: '' });
  expect(await errorsWith(files('flux-system'))).toEqual({
    code: 1,
    err: "external-secrets: is also the name of a Flux Kustomization in ks.yaml, and the two would undo each other's work; rename that one, remove it first, or give this project a `name` in src/settings.ts",
  });
});

const operator = {
  'src/settings.ts': `import { existing, externalUnit } from '#cluster-secrets';
export default { externalSecrets: existing({ unit: externalUnit('infrastructure') }) };
`,
};

/** What synth says in a repository whose root applies `infra/`, which applies the entry. */
async function below(infrastructure: string, entry: string): Promise<{ code: number; err: string }> {
  const { synth } = await place(
    'secrets',
    {
      ...bootstrapped(),
      'clusters/home/infra.yaml': kustomization('infrastructure', './infra', infrastructure),
      'infra/cluster-secrets.yaml': kustomization('cluster-secrets', './secrets/dist', entry),
    },
    operator,
  );
  const { code, err } = await synth();
  return { code, err };
}

test('a unit that waits for what applies it, which waits for all that it applies, never starts on a new cluster', async () => {
  const refused = (path: string, parent: string, file: string) => ({
    code: 1,
    err: `onepassword-connect: waits for itself on a new cluster: onepassword-connect -> ${path} -> onepassword-connect, because ${parent} in ${file} has \`wait: true\`, and is Ready only once what it applies is; remove infrastructure from \`unit\` or \`waitsFor\`, or set \`wait: false\` in ${file}`,
  });
  expect(await below('wait: true', 'wait: true')).toEqual(
    refused('infrastructure -> cluster-secrets', 'infrastructure', 'clusters/home/infra.yaml'),
  );
  const { synth } = await place(
    'secrets',
    {
      ...bootstrapped(),
      'clusters/home/infra.yaml': kustomization('infrastructure', './secrets/dist', 'wait: true'),
    },
    operator,
  );
  expect(await synth()).toMatchObject(
    refused('infrastructure', 'infrastructure', 'clusters/home/infra.yaml'),
  );
});

test.each([
  ['', ''],
  ['wait: true', ''],
  ['', 'wait: true'],
])(
  'a Flux Kustomization that is Ready before what it applies can be waited for: %j, %j',
  async (infrastructure, entry) => {
    expect(await below(infrastructure, entry)).toEqual({ code: 0, err: '' });
  },
);
