/** App secrets that add keys to a Secret of the repository, have a name of their own, or read a ConfigMap of it. */
import { expect, test } from 'vitest';
import { enc, errorsWith, rootOf, sops } from './repository.js';

const file = 'src/secrets/grafana.ts';
const app = (more: string) =>
  `export default { namespace: 'monitoring', name: 'grafana', item: 'grafana', ${more} };`;
const merge = (more = '') => app(`keys: { token: 'token' }, creationPolicy: 'Merge'${more}`);
const where = `${file}: monitoring/grafana`;
const nothing = `warning: ${where}: nothing in this repository creates this Secret, and with creationPolicy Merge External Secrets Operator does not either: the app secret is not ready until the Secret exists; correct the name, or remove creationPolicy, unless something else creates it`;

const root = rootOf('./apps');

function externalSecret(name: string, target: string): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: monitoring}
spec: {target: ${target}, dataFrom: [{extract: {key: a}}]}
`;
}

test.each([
  ['a SOPS Secret', { 'apps/x.yaml': sops('grafana', 'monitoring') }],
  [
    'what another controller makes',
    {
      'apps/x.yaml':
        'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: monitoring}\nspec: {secretName: grafana}\n',
    },
  ],
  [
    'what may be it, and may be another one with the same key',
    { 'apps/x.yaml': sops('grafana').replace('password', 'token') },
  ],
])('keys go into %s', async (_, files) => {
  expect(await errorsWith({ [file]: merge(), ...files })).toEqual({ code: 0, err: '' });
});

test('warns if nothing creates it, or only something that Flux does not apply', async () => {
  expect(await errorsWith({ [file]: merge() })).toEqual({ code: 0, err: nothing });
  const { code, err } = await errorsWith({
    ...root,
    [file]: merge(),
    'apps/kustomization.yaml': 'resources: []\n',
    'old/x.yaml': sops('grafana', 'monitoring'),
  });
  expect(code).toBe(0);
  expect(err).toContain(nothing);
});

test('refuses keys that both would write', async () => {
  const secret = sops('grafana', 'monitoring')
    .replace('stringData:', `data: {other: '${enc}'}\nstringData:`)
    .replace('  namespace: monitoring\n', '  namespace: monitoring\n  labels: {tier: a}\n');
  expect(
    await errorsWith({
      [file]: app(
        "keys: { password: 'p' }, template: { other: 'x' }, labels: { tier: 'b' }, creationPolicy: 'Merge'",
      ),
      'apps/x.yaml': secret,
    }),
  ).toEqual({
    code: 1,
    err: `${where}: writes the key password, the key other, the label tier, which the SOPS-encrypted Secret in apps/x.yaml sets as well: the two would overwrite each other; keep it in one of the two`,
  });
});

test('refuses to merge into a Secret that an ExternalSecret owns, but not into one that it only adds keys to', async () => {
  expect(
    await errorsWith({ [file]: merge(), 'apps/x.yaml': externalSecret('x', '{name: grafana}') }),
  ).toEqual({
    code: 1,
    err: `${where}: is the Secret of the ExternalSecret in apps/x.yaml, and External Secrets Operator lets no other ExternalSecret write to it; add the keys there, or choose another name`,
  });
  const added = externalSecret('x', '{name: grafana, creationPolicy: Merge}');
  expect(
    await errorsWith({
      [file]: merge(),
      'apps/x.yaml': added,
      'apps/y.yaml': sops('grafana', 'monitoring'),
    }),
  ).toEqual({ code: 0, err: '' });
});

test('an ExternalSecret of the same name that creates another Secret', async () => {
  const clash = (name: string) => ({
    code: 1,
    err: `${where}: externalSecretName: the ExternalSecret monitoring/${name} is also in apps/x.yaml, and the two would undo each other's work; choose another externalSecretName, or delete that one first`,
  });
  // One that makes the same Secret is told as that.
  const same = { 'apps/x.yaml': externalSecret('grafana', '{name: grafana}') };
  expect((await errorsWith({ [file]: app("keys: 'all'"), ...same })).err).toMatch(
    /^[^\n]*: is already the Secret of the ExternalSecret in apps\/x\.yaml: [^\n]*$/,
  );
  const other = { 'apps/x.yaml': externalSecret('grafana', '{name: other}') };
  expect(await errorsWith({ [file]: app("keys: 'all'"), ...other })).toEqual(clash('grafana'));
  expect(await errorsWith({ [file]: app("keys: 'all', externalSecretName: 'mine'"), ...other })).toEqual({
    code: 0,
    err: '',
  });
  const mine = { 'apps/x.yaml': externalSecret('mine', '{name: other}') };
  expect(await errorsWith({ [file]: app("keys: 'all', externalSecretName: 'mine'"), ...mine })).toEqual(
    clash('mine'),
  );
});

const configMap = (data: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: texts, namespace: monitoring}\ndata:\n${data}`;
const reads = app("templateFrom: [{ configMap: 'texts', keys: ['a.ini'] }]");

test('a ConfigMap of the repository: its keys, and its templates as those of src/secrets', async () => {
  const found = `${where}: templateFrom[0]: `;
  expect(await errorsWith({ [file]: reads, 'apps/x.yaml': configMap('  b.ini: x\n') })).toEqual({
    code: 1,
    err: `${found}the ConfigMap texts in apps/x.yaml has no key a.ini, only b.ini; correct it here or there`,
  });
  const bad = configMap(`  a.ini: '{{ index . "user" }} {{ .b'\n`);
  expect((await errorsWith({ [file]: reads, 'apps/x.yaml': bad })).err).toMatch(
    /templateFrom\[0\]: a\.ini in apps\/x\.yaml is not a valid Go template: .*; correct it there$/,
  );
  const silent = configMap(`  a.ini: '{{ index . "user" }}'\n`);
  expect(await errorsWith({ [file]: reads, 'apps/x.yaml': silent })).toEqual({
    code: 1,
    err: `${found}a.ini in apps/x.yaml uses index, which gives an empty string if there is no such field, and External Secrets Operator still reports Ready; write .user there`,
  });
});

test.each([
  ['none is there', {}],
  ['all is well', { 'apps/x.yaml': configMap("  a.ini: '{{ .user }}'\n") }],
  ['Flux substitutes in it', { 'apps/x.yaml': configMap(`  a.ini: '{{ index . "\${USER}" }}'\n`) }],
  ['it is in another namespace', { 'apps/x.yaml': configMap('  b: x\n').replace('monitoring', 'media') }],
])('of a ConfigMap nothing is claimed: %s', async (_, files) => {
  expect(await errorsWith({ [file]: reads, ...files })).toEqual({ code: 0, err: '' });
});
