import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { makeProject } from '../project.js';
import { app, enc, errorsWith, flux, sops } from './repository.js';

const gone = 'External Secrets Operator would take it over at once, drop its old keys and report Ready';
const where = 'src/secrets/grafana.ts: monitoring/grafana';
const clash = (kind: string, file: string) =>
  `${where}: is already ${kind} in ${file}: ${gone}; rename this one, or delete ${file} first`;

test.each([
  ['in a git repository', true],
  ['without git', false],
])('a SOPS Secret of the same namespace and name is refused %s', async (_, git) => {
  expect(await errorsWith({ 'apps/x.yaml': sops('grafana', 'monitoring') }, git)).toEqual({
    code: 1,
    err: clash('the SOPS-encrypted Secret', 'apps/x.yaml'),
  });
});

test('another namespace is no clash', async () => {
  expect(await errorsWith({ 'apps/x.yaml': sops('grafana', 'media') })).toEqual({ code: 0, err: '' });
});

test('SOPS JSON, and the second document of a file', async () => {
  const json = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'grafana', namespace: 'monitoring' },
    sops: { mac: enc },
  };
  expect(
    await errorsWith({
      'apps/a.json': JSON.stringify(json, null, '\t'),
      'apps/b.yaml': `${sops('other', 'monitoring')}---\n${sops('grafana', 'monitoring')}`,
    }),
  ).toEqual({
    code: 1,
    err: `${clash('the SOPS-encrypted Secret', 'apps/a.json')}\n${clash('the SOPS-encrypted Secret', 'apps/b.yaml')}`,
  });
});

test('the namespace and a prefix come from kustomizations, the outermost namespace wins', async () => {
  expect(
    await errorsWith({
      'apps/base/x.yaml': sops('ana', 'inner'),
      'apps/base/kustomization.yaml': 'namespace: middle\nresources: [x.yaml]\n',
      'apps/kustomization.yaml': 'namespace: monitoring\nnamePrefix: graf\nresources: [./base/]\n',
    }),
  ).toEqual({ code: 1, err: clash('the SOPS-encrypted Secret', 'apps/base/x.yaml') });
});

test('the namespace comes from the Flux Kustomization that builds the folder', async () => {
  expect(
    await errorsWith({
      'apps/x.yaml': sops('grafana'),
      'ks.yaml':
        'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n' +
        'spec: {path: ./apps, targetNamespace: monitoring, decryption: {provider: sops}}\n',
    }),
  ).toEqual({ code: 1, err: clash('the SOPS-encrypted Secret', 'apps/x.yaml') });
});

test('a generated Secret clashes without a hash, and not with one', async () => {
  const generator = 'namespace: monitoring\nsecretGenerator: [{name: grafana, files: [a.env]}]\n';
  expect(await errorsWith({ 'apps/kustomization.yaml': generator })).toEqual({ code: 0, err: '' });
  expect(
    await errorsWith({
      'apps/kustomization.yaml': `${generator}generatorOptions: {disableNameSuffixHash: true}\n`,
    }),
  ).toEqual({ code: 1, err: clash('the Secret that kustomize generates', 'apps/kustomization.yaml') });
});

test("an ExternalSecret's target and a plain Secret clash, too", async () => {
  expect(
    await errorsWith({
      'apps/es.yaml':
        'kind: ExternalSecret\nmetadata: {name: x, namespace: monitoring}\nspec: {target: {name: grafana}}\n',
      'apps/s.yaml': 'kind: Secret\nmetadata: {name: grafana, namespace: monitoring}\n',
    }),
  ).toEqual({
    code: 1,
    err: `${clash('the Secret of the ExternalSecret', 'apps/es.yaml')}\n${clash('the Secret', 'apps/s.yaml')}`,
  });
});

const settings = (file: string) =>
  `export default { allowSameName: [{ secret: 'monitoring/grafana', file: '${file}', reason: 'is in media' }] };\n`;

test('without a namespace, the name alone clashes unless allowSameName allows it', async () => {
  expect(await errorsWith({ 'apps/x.yaml': sops('grafana') })).toEqual({
    code: 1,
    err:
      `${where}: may be the SOPS-encrypted Secret in apps/x.yaml (namespace unknown): ${gone}; ` +
      'write its namespace there, rename this one, or allow it with allowSameName in src/settings.ts',
  });
  expect(
    await errorsWith({ 'apps/x.yaml': sops('grafana'), 'src/settings.ts': settings('apps/x.yaml') }),
  ).toEqual({ code: 0, err: '' });
});

test('reports an entry of allowSameName that allows nothing', async () => {
  expect(await errorsWith({ 'src/settings.ts': settings('apps/y.yaml') })).toEqual({
    code: 1,
    err: 'src/settings.ts: allowSameName[0]: allows monitoring/grafana beside apps/y.yaml, but the two do not clash; remove it',
  });
});

test('warns about unreadable files by name', async () => {
  const { code, err } = await errorsWith({
    'apps/chart.yaml': `name: {{ x }}: {{\nsops: ${enc}\n`,
    'apps/name.yaml': sops(enc, 'monitoring'),
    'apps/es.yaml': 'kind: ExternalSecret\nmetadata: {name: x}\nspec: {refreshInterval: 1d}\n',
  });
  expect(code).toBe(0);
  const lines = err.split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toBe(
    "warning: apps/es.yaml: refreshInterval '1d' is not a Go duration, and a single such ExternalSecret stops External Secrets Operator for the whole cluster; write hours, minutes or seconds, such as 24h",
  );
  expect(lines[0]).toMatch(
    /^warning: apps\/chart\.yaml: is encrypted with SOPS, and can't be read \(.*, line \d+\); /,
  );
  expect(lines[2]).toBe(
    "warning: apps/name.yaml: holds a SOPS-encrypted Secret whose metadata.name can't be read; encrypt only data and stringData, and make sure that no app secret has its name",
  );
});

test('the project’s own tests and sources do not count as manifests', async () => {
  const files = {
    'test/golden/rich/es.yaml':
      'kind: ExternalSecret\nmetadata: {name: grafana, namespace: monitoring}\nspec: {refreshInterval: 1d}\n',
    'src/platform/x.yaml': sops('grafana', 'monitoring'),
  };
  expect(await errorsWith(files)).toEqual({ code: 0, err: '' });
});

const maybe = (kind: string, file: string, unknown: 'name' | 'namespace') =>
  `${where}: may be ${kind} in ${file} (${unknown} unknown): ${gone}; ` +
  `write its ${unknown} there, rename this one, or allow it with allowSameName in src/settings.ts`;
const secret = 'the SOPS-encrypted Secret';

describe('what Flux substitutes can be anything', () => {
  test('a namespace, in the document, in a kustomization or as targetNamespace', async () => {
    const files = {
      'a/x.yaml': sops('grafana', '${NS}'),
      'b/x.yaml': sops('grafana', 'other'),
      'b/kustomization.yaml': 'namespace: ${NS}\nresources: [x.yaml]\n',
      'c/x.yaml': sops('grafana', 'other'),
      'ks.yaml': flux('c', '{path: ./c, targetNamespace: "mon${X}", decryption: {provider: sops}}'),
      'd/x.yaml': sops('grafana', 'media-${X}'),
    };
    expect(await errorsWith(files)).toEqual({
      code: 1,
      err: ['a', 'b', 'c'].map((folder) => maybe(secret, `${folder}/x.yaml`, 'namespace')).join('\n'),
    });
  });

  test('a name, and a prefix', async () => {
    const files = {
      'a/x.yaml': sops('${APP}', 'monitoring'),
      'b/x.yaml': sops('ana', 'monitoring'),
      'b/kustomization.yaml': 'namePrefix: ${X}f\nresources: [x.yaml]\n',
      'c/x.yaml': sops('${APP}-env', 'monitoring'),
    };
    const err = ['a', 'b'].map((folder) => maybe(secret, `${folder}/x.yaml`, 'name')).join('\n');
    expect(await errorsWith(files)).toEqual({ code: 1, err });
  });
});

test('kustomize adds no prefix to target.name', async () => {
  const es = (name: string) =>
    `kind: ExternalSecret\nmetadata: {name: x, namespace: monitoring}\nspec: {target: {name: ${name}}}\n`;
  const files = (name: string) => ({
    'apps/es.yaml': es(name),
    'apps/kustomization.yaml': 'namePrefix: graf\nresources: [es.yaml]\n',
  });
  expect(await errorsWith(files('ana'))).toEqual({ code: 0, err: '' });
  expect(await errorsWith(files('grafana'))).toEqual({
    code: 1,
    err: clash('the Secret of the ExternalSecret', 'apps/es.yaml'),
  });
});

test('a file of any name that a kustomization lists, merge keys, and good documents beside a bad one', async () => {
  const files = {
    'a/kustomization.yaml': 'resources:\n  - secret.enc\n',
    'a/secret.enc': sops('grafana', 'monitoring'),
    'b/x.yaml': `x: &meta {name: grafana, namespace: monitoring}\n---\n`,
    'c/x.yaml': 'kind: Secret\nmetadata:\n  <<: &m {name: grafana}\n  namespace: monitoring\n',
    'd/x.yaml': `a: {{ b }}: c\n---\n${sops('grafana', 'monitoring')}`,
  };
  const { code, err } = await errorsWith(files);
  expect(code).toBe(1);
  const lines = err.split('\n');
  expect(lines[0]).toMatch(/^warning: d\/x\.yaml: is encrypted with SOPS, and can't be read \(/);
  expect(lines.slice(1)).toEqual([
    clash('the Secret', 'c/x.yaml'),
    clash(secret, 'd/x.yaml'),
    clash(secret, 'a/secret.enc'),
  ]);
});

test('an object of an API version that the operator does not serve is a warning, where Flux could apply it', async () => {
  const old = (kind: string) =>
    `apiVersion: external-secrets.io/v1beta1\nkind: ${kind}\nmetadata: {name: x}\n`;
  const { code, err } = await errorsWith({
    'apps/es.yaml': old('ExternalSecret'),
    'apps/store.yaml': old('ClusterSecretStore'),
    'apps/new.yaml': old('ExternalSecret').replace('v1beta1', 'v1'),
    'apps/text.yaml': 'kind: ConfigMap\ndata: {a: external-secrets.io/v1beta1}\n',
  });
  expect(code).toBe(0);
  const told = (what: string) =>
    `holds ${what} of external-secrets.io/v1beta1, which this operator does not serve; write apiVersion: external-secrets.io/v1`;
  expect(err.split('\n')).toEqual([
    `warning: apps/es.yaml: ${told('an ExternalSecret')}`,
    `warning: apps/store.yaml: ${told('a ClusterSecretStore')}`,
  ]);
});

test('a ClusterExternalSecret makes its Secret in namespaces that are not known', async () => {
  const cluster =
    'kind: ClusterExternalSecret\nmetadata: {name: x}\nspec: {externalSecretSpec: {refreshInterval: 1d, target: {name: grafana}}}\n';
  const { err } = await errorsWith({ 'x.yaml': cluster });
  expect(err.split('\n')[0]).toMatch(/^warning: x\.yaml: refreshInterval '1d' is not a Go duration/);
  expect(err.split('\n')[1]).toBe(maybe('the Secret of the ExternalSecret', 'x.yaml', 'namespace'));
});

test('folders of other clusters are left out when the settings say so', async () => {
  const files = {
    'clusters/lab/x.yaml': sops('grafana', 'monitoring'),
    'clusters/lab/ks.yaml': flux('external-secrets', '{path: ./clusters/lab/eso}'),
  };
  expect((await errorsWith(files)).code).toBe(1);
  const settings = "export default { otherClusters: ['clusters/lab'] };\n";
  expect(await errorsWith({ ...files, 'src/settings.ts': settings })).toEqual({ code: 0, err: '' });
});

test('submodules are looked through', async () => {
  const project = await makeProject({ git: true, files: { 'src/secrets/grafana.ts': app } });
  const git = (cwd: string, ...args: string[]) => execa('git', args, { cwd: join(project.path, cwd) });
  project.write('sub/x.yaml', sops('grafana', 'monitoring'));
  await git('sub', 'init', '--quiet');
  await git('sub', 'add', '.');
  await git('sub', '-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '-m', 'x');
  project.write('.gitmodules', '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n');
  await git('.', 'add', 'sub', '.gitmodules');
  const { code, err } = await project.synth();
  expect({ code, err }).toEqual({ code: 1, err: clash(secret, 'sub/x.yaml') });
});

test('git fails: the files and the folder are still found', async () => {
  const project = await makeProject({
    git: true,
    at: 'clusters/home',
    files: { 'src/secrets/grafana.ts': app },
  });
  project.write('../../x.yaml', sops('grafana', 'monitoring'));
  const run = (env: Record<string, string>) => project.spawn('synth', [], { env });
  const broken = await run({ PATH: '/nonexistent' });
  expect(broken.code).toBe(1);
  expect(broken.err.split('\n')).toEqual([
    expect.stringMatching(
      /^warning: git: can't list the files of .* \(git is not installed\), so ignored files are checked as well; /,
    ),
    clash(secret, 'x.yaml'),
  ]);
  const head = project.read('../../.git/HEAD');
  project.write('../../.git/HEAD', '');
  const refused = await run({});
  expect(refused.code).toBe(1);
  expect(refused.err.split('\n')).toEqual([
    expect.stringMatching(/^warning: git: can't list the files of .* \(not a git repository/),
    clash(secret, 'x.yaml'),
  ]);
  project.write('../../.git/HEAD', head);
  // In a hook git's variables are about another folder.
  const hook = await run({ GIT_DIR: join(project.path, '../../.git'), GIT_INDEX_FILE: '/nonexistent/index' });
  expect(hook).toMatchObject({ code: 1, err: clash(secret, 'x.yaml') });
  project.remove('../../x.yaml');
  expect((await run({ PATH: '/nonexistent' })).code).toBe(0);
  expect(project.read('dist/flux/external-secrets.yaml')).toContain(
    '  path: ./clusters/home/dist/external-secrets\n',
  );
});

test('exponential lists and kustomizations take no time', async () => {
  const bomb = ['a: &l0 {kind: List, items: []}'];
  for (let level = 1; level < 30; level += 1) {
    bomb.push(
      `b${level}: &l${level} {kind: List, items: [${Array(10)
        .fill(`*l${level - 1}`)
        .join(', ')}]}`,
    );
  }
  const files: Record<string, string> = {
    'bomb.yaml': `kind: List\nitems: [*l29]\nsops: Secret\n`.replace(/^/, `${bomb.join('\n')}\n`),
  };
  for (let level = 0; level < 26; level += 1) {
    for (const side of ['a', 'b']) {
      files[`d/${level}${side}/kustomization.yaml`] = `resources: [../${level + 1}a, ../${level + 1}b]\n`;
    }
  }
  files['d/26a/kustomization.yaml'] = 'resources: [x.yaml]\n';
  files['d/26b/kustomization.yaml'] = 'resources: [x.yaml]\n';
  files['d/26a/x.yaml'] = sops('grafana', 'monitoring');
  const { err } = await errorsWith(files);
  expect(err).toBe(clash(secret, 'd/26a/x.yaml'));
});
