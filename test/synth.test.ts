import { mkdirSync, readdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { expectGolden } from './golden.js';
import { makeProject, nodeArguments, readTree, root } from './project.js';

const firstRun = 'no credentials yet: run `npm run bootstrap`; Connect waits for them';

describe('the shipped project', () => {
  test('a fresh clone: synth writes dist/ and says what to run', async () => {
    const project = await makeProject();
    const { code, out, err } = await project.synth();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toBe(`${firstRun}\nwrote dist/: 16 files, 16 new, 0 changed, 0 removed`);
  });

  test('dist/ is test/golden/shipped', async () => {
    const project = await makeProject();
    await project.synth();
    await expectGolden(project.tree('dist'), 'shipped');
  });

  test('dist/ in git is what synth writes', async () => {
    const { exitCode, stderr } = await execa(process.execPath, [...nodeArguments('synth'), '--check'], {
      cwd: root,
      reject: false,
    });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  test('no credentials: the unit is empty, looks for the Secret, and Connect waits for it', async () => {
    const dist = readTree(join(root, 'test/golden/shipped'));
    expect(Object.keys(dist).filter((path) => path.startsWith('onepassword-credentials/'))).toEqual([
      'onepassword-credentials/kustomization.yaml',
    ]);
    expect(dist['onepassword-credentials/kustomization.yaml']).toContain('resources: []');
    expect(dist['flux/onepassword-credentials.yaml']).toContain(`  healthChecks:
    - apiVersion: v1
      kind: Secret
      name: onepassword-secret
      namespace: external-secrets
`);
    expect(dist['flux/onepassword-credentials.yaml']).not.toContain('decryption');
    expect(dist['flux/onepassword-connect.yaml']).toContain(`  dependsOn:
    - name: external-secrets
      namespace: flux-system
      readyExpr: has(dep.status.lastAppliedRevision)
    - name: onepassword-credentials
      namespace: flux-system
      readyExpr: has(dep.status.lastAppliedRevision)
`);
  });
});

describe('the rich example', () => {
  test('dist/ is test/golden/rich', async () => {
    const project = await makeProject({ example: 'rich' });
    const { code, err } = await project.synth();
    expect(err).toBe('');
    expect(code).toBe(0);
    await expectGolden(project.tree('dist'), 'rich');
  });

  test('a second synth writes nothing; --check agrees and validates', async () => {
    const project = await makeProject({ example: 'rich' });
    await project.synth();
    const again = await project.synth();
    expect(again.out).toMatch(/^dist\/ is up to date: \d+ files$/);
    const check = await project.synth('--check');
    expect(check).toEqual({
      code: 0,
      out: expect.stringMatching(/^dist\/ is up to date and valid: \d+ files$/),
      err: '',
    });
  });

  test('the SOPS file is copied byte for byte, decrypted by Flux, and its digest is on the pod of Connect', async () => {
    const project = await makeProject({ example: 'rich' });
    await project.synth();
    const file = 'src/platform/onepassword-secret.sops.yaml';
    expect(project.read('dist/onepassword-credentials/secret-onepassword-secret.yaml')).toBe(
      project.read(file),
    );
    expect(project.read('dist/flux/onepassword-credentials.yaml')).toContain(`  decryption:
    provider: sops
    secretRef:
      name: sops-age
`);
    const release = 'dist/onepassword-connect/helmrelease-onepassword-connect.yaml';
    const digest = /credentials-digest: ([0-9a-f]{64})\n/.exec(project.read(release))?.[1] ?? '';
    const before = project.tree('dist');
    // Another file, as after a rotation; comments are outside of the MAC.
    project.write(file, `# rotated\n${project.read(file)}`);
    await project.synth();
    const after = project.tree('dist');
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed).toEqual([
      'onepassword-connect/helmrelease-onepassword-connect.yaml',
      'onepassword-credentials/secret-onepassword-secret.yaml',
    ]);
    expect(after[release.slice('dist/'.length)]?.replace(/[0-9a-f]{64}/, digest)).toBe(
      before[release.slice('dist/'.length)],
    );
  });
});

describe('writing dist/', () => {
  test('removes stale files of any kind, and touches nothing else', async () => {
    const project = await makeProject();
    await project.synth();
    project.write('dist/secrets-old/externalsecret-old.yaml', 'stale');
    project.write('dist/onepassword-store/notes.txt', 'stale');
    mkdirSync(join(project.path, 'dist/empty'));
    symlinkSync('/etc/hostname', join(project.path, 'dist/link.yaml'));
    project.write('notes.txt', 'mine');
    const { out } = await project.synth();
    expect(out).toBe(`${firstRun}\nwrote dist/: 16 files, 0 new, 0 changed, 4 removed`);
    expect(project.tree('dist')).toEqual(readTree(join(root, 'test/golden/shipped')));
    expect(project.read('notes.txt')).toBe('mine');
    expect(readdirSync(project.path).filter((entry) => entry.startsWith('.dist-'))).toEqual([]);
  });

  test('removes files of a killed run, and restores the tree that it had moved away', async () => {
    const project = await makeProject();
    project.write('.dist-999999999/namespace.yaml', 'half written');
    project.write('.dist-999999998.old/namespace.yaml', 'the last good tree');
    project.write('src/secrets/bad.ts', 'export default 1;');
    const refused = await project.synth();
    expect(refused.code).toBe(1);
    project.remove('src/secrets/bad.ts');
    const { out } = await project.synth();
    expect(out).toBe(`${firstRun}\nwrote dist/: 16 files, 15 new, 1 changed, 0 removed`);
    expect(readdirSync(project.path).filter((entry) => entry.startsWith('.dist-'))).toEqual([]);
  });

  test('--check writes nothing, lists what differs, and exits with 1', async () => {
    const project = await makeProject();
    await project.synth();
    project.write('dist/namespace.yaml', 'changed');
    project.write('dist/stale.yaml', 'stale');
    project.remove('dist/flux/onepassword-store.yaml');
    const before = project.tree('dist');
    const { code, err } = await project.synth('--check');
    expect(code).toBe(1);
    expect(err).toBe(
      [
        'dist/flux/onepassword-store.yaml: is missing; run `npm run synth` and commit dist/',
        'dist/namespace.yaml: differs from what synth writes; run `npm run synth` and commit dist/',
        'dist/stale.yaml: is stale; run `npm run synth` and commit dist/',
      ].join('\n'),
    );
    expect(project.tree('dist')).toEqual(before);
  });

  test('refuses a file in place of dist/', async () => {
    const project = await makeProject({ files: { dist: 'mine' } });
    const { code, err } = await project.synth();
    expect(code).toBe(1);
    expect(err).toBe(`${project.path}/dist: is not a folder; move it away: synth owns everything in dist/`);
    expect(project.read('dist')).toBe('mine');
  });

  test('moving an app secret to another file does not change dist/', async () => {
    const text = `export default ${JSON.stringify({ namespace: 'a', name: 'ca', item: 'CA', keys: 'all' })};`;
    const project = await makeProject({ files: { 'src/secrets/tls.ts': text } });
    await project.synth();
    project.remove('src/secrets/tls.ts');
    project.write('src/secrets/certs.ts', text);
    expect(await project.synth('--check')).toMatchObject({ code: 0, err: '' });
  });

  test('an app secret that moves to another unit is in both, marked in the old one, until the move is finished', async () => {
    const text = (name: string, more: object) =>
      `export default ${JSON.stringify({ namespace: 'a', name, item: 'CA', keys: 'all', ...more })};`;
    // What is found again is the ExternalSecret.
    const named = { externalSecretName: 'ca' };
    const project = await makeProject({
      files: { 'src/secrets/ca.ts': text('root', named), 'src/secrets/stays.ts': text('stays', {}) },
    });
    await project.synth();
    const before = project.tree('dist');
    project.write('src/secrets/ca.ts', text('root', { ...named, unit: 'tls' }));
    const told =
      'warning: dist/secrets-a: keeps a/root until Flux has handed it over to secrets-a-tls; commit and push, and once Flux has applied it, run `npm run synth -- --finish-move`';
    expect(await project.synth()).toMatchObject({ code: 0, err: told });
    const both = project.tree('dist');
    const file = before['secrets-a/externalsecret-ca.yaml'] ?? '';
    expect(both['secrets-a-tls/externalsecret-ca.yaml']).toBe(file);
    expect(both['secrets-a/externalsecret-ca.yaml']).toBe(
      file.replace(
        'metadata:\n',
        'metadata:\n  annotations:\n    kustomize.toolkit.fluxcd.io/prune: disabled\n',
      ),
    );
    expect(both['secrets-a/externalsecret-stays.yaml']).toBe(before['secrets-a/externalsecret-stays.yaml']);
    // As often as it runs, and in CI.
    expect(await project.synth('--check')).toMatchObject({ code: 0, err: told });
    expect(await project.synth('--finish-move')).toMatchObject({ code: 0, err: '' });
    const after = project.tree('dist');
    expect(Object.keys(after).filter((path) => path.endsWith('-ca.yaml'))).toEqual([
      'secrets-a-tls/externalsecret-ca.yaml',
    ]);
    expect(await project.synth('--check')).toMatchObject({ code: 0, err: '' });
  });

  test('a tree with one unit per file, from older releases: the units stay, with their contents', async () => {
    const secret = (namespace: string, name: string) => ({ namespace, name, item: 'Item', keys: 'all' });
    const project = await makeProject({
      files: {
        'src/secrets/one.ts': `export default ${JSON.stringify([secret('a', 'x'), secret('b', 'x'), secret('b', 'y')])};`,
      },
    });
    await project.synth();
    const units = () =>
      Object.keys(project.tree('dist')).filter((path) => /^(flux\/)?secrets-.*[a-z]\.yaml$/.test(path));
    const now = units();
    project.write(
      'dist/secrets-one/externalsecret-x-a.yaml',
      project.read('dist/secrets-a/externalsecret-x.yaml'),
    );
    project.write(
      'dist/secrets-one/externalsecret-x-b.yaml',
      project.read('dist/secrets-b/externalsecret-x.yaml'),
    );
    // Another one that happens to have the name of its file, and one that is no more.
    const other = project
      .read('dist/secrets-a/externalsecret-x.yaml')
      .replace('namespace: a', "namespace: 'b'");
    project.write('dist/secrets-a/externalsecret-x.yaml', other.replaceAll('  name: x', '  name: y'));
    project.write('dist/secrets-one/externalsecret-gone.yaml', other.replaceAll('  name: x', '  name: gone'));
    expect(await project.synth()).toMatchObject({
      code: 0,
      err: [
        'warning: dist/secrets-a: keeps b/y until Flux has handed it over to secrets-b; commit and push, and once Flux has applied it, run `npm run synth -- --finish-move`',
        'warning: dist/secrets-one: keeps a/x, b/x until Flux has handed them over to secrets-a, secrets-b; commit and push, and once Flux has applied it, run `npm run synth -- --finish-move`',
        `warning: dist/secrets-one: the push deletes the Secret b/gone along with its ExternalSecret; if an app still needs it, restore it (to keep it without this project, see "Taking it out again" in docs/adoption.md)`,
      ].join('\n'),
    });
    expect(units()).toEqual(
      [
        ...now,
        'flux/secrets-one.yaml',
        'secrets-a/externalsecret-y.yaml',
        'secrets-one/externalsecret-x-a.yaml',
        'secrets-one/externalsecret-x-b.yaml',
        'secrets-one/kustomization.yaml',
      ].toSorted(),
    );
    await project.synth('--finish-move');
    expect(units()).toEqual(now);
  });

  test('synth and --check refuse a symlink in place of dist/', async () => {
    const project = await makeProject();
    await project.synth();
    mkdirSync(join(project.path, 'test'));
    renameSync(join(project.path, 'dist'), join(project.path, 'test/tree'));
    symlinkSync('test/tree', join(project.path, 'dist'));
    const todo = 'is not a folder; move it away: synth owns everything in dist/';
    expect(await project.synth('--check')).toMatchObject({ code: 1, err: `dist: ${todo}` });
    expect(await project.synth()).toMatchObject({ code: 1, err: `${project.path}/dist: ${todo}` });
  });

  test('a folder that CDK8S_OUTDIR names is never emptied', async () => {
    const project = await makeProject({ files: { 'notes/mine.txt': 'mine' } });
    const env = { CDK8S_OUTDIR: join(project.path, 'notes') };
    expect(await project.run('synth', [], { env })).toMatchObject({
      code: 1,
      err: `${project.path}/notes: is where CDK8S_OUTDIR points, but contains something else; empty it, or unset CDK8S_OUTDIR`,
    });
    expect(project.read('notes/mine.txt')).toBe('mine');
  });

  test('a name that is too long for a file', async () => {
    const name = `${'a'.repeat(126)}.${'b'.repeat(126)}`;
    const secret = { namespace: 'app', name, item: 'Item', keys: 'all' };
    const project = await makeProject({
      files: { 'src/secrets/long.ts': `export default ${JSON.stringify(secret)};` },
    });
    expect(await project.synth()).toMatchObject({ code: 0, err: '' });
    const [file = ''] = Object.keys(project.tree('dist/secrets-app'));
    expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255);
    expect(project.read(`dist/secrets-app/${file}`)).toContain(`  name: ${name}\n`);
  });

  test('cdk8s synth gives the same bytes, and leaves dist/ alone when the input is wrong', async () => {
    const project = await makeProject({ example: 'rich' });
    await project.synth();
    const dist = project.tree('dist');
    project.remove('dist');
    const cdk8s = () =>
      execa(join(root, 'node_modules/.bin/cdk8s'), ['synth', '--no-check-upgrade'], {
        cwd: project.path,
        reject: false,
      });
    expect((await cdk8s()).exitCode).toBe(0);
    expect(project.tree('dist')).toEqual(dist);
    expect(project.tree('.cdk8s')).toEqual(dist);
    project.write('src/secrets/bad.ts', 'export default 1;');
    expect((await cdk8s()).exitCode).not.toBe(0);
    expect(project.tree('dist')).toEqual(dist);
  });
});

describe('in a folder of a bigger repository', () => {
  const paths = (dist: Record<string, string>) =>
    Object.entries(dist)
      .filter(([path]) => path.startsWith('flux/'))
      .map(([, content]) => /^ {2}path: (.*)$/m.exec(content)?.[1]);

  test('paths carry the folder that git says', async () => {
    const project = await makeProject({ git: true, at: 'clusters/home/secrets' });
    await project.synth();
    expect(paths(project.tree('dist'))).toEqual([
      './clusters/home/secrets/dist/external-secrets',
      './clusters/home/secrets/dist/onepassword-connect',
      './clusters/home/secrets/dist/onepassword-credentials',
      './clusters/home/secrets/dist/onepassword-store',
    ]);
  });

  test.each([
    ['.', './dist/external-secrets'],
    ['./infra/secrets/', './infra/secrets/dist/external-secrets'],
  ])('flux.path %s wins over git', async (path, expected) => {
    const settings = `export default { flux: { path: '${path}' } };`;
    const project = await makeProject({
      git: true,
      at: 'clusters/home',
      files: { 'src/settings.ts': settings },
    });
    const { err } = await project.synth();
    expect(err).toBe('');
    expect(paths(project.tree('dist'))[0]).toBe(expected);
  });
});

test('of the whole repository, only dist/ is ever written: SOPS files stay as they are', async () => {
  const project = await makeProject({ git: true, at: 'clusters/home', example: 'rich' });
  project.write(
    '../../apps/media/secret.sops.yaml',
    project.read('src/platform/onepassword-secret.sops.yaml'),
  );
  project.write('../../apps/media/kustomization.yaml', 'resources: [secret.sops.yaml]\n');
  const top = join(project.path, '../..');
  const rest = () => {
    const mine = (path: string) => !/^clusters\/home\/(dist|node_modules)(\/|$)/.test(path);
    const files = Object.entries(readTree(top, (path) => mine(path) && !path.startsWith('.git/')));
    return files.map(([path, content]) => [path, content, statSync(join(top, path)).mtimeMs]);
  };
  const before = rest();
  expect(before.length).toBeGreaterThan(50);
  for (const [args, code] of [
    [[], 0],
    [['--check'], 0],
    [['--wrong'], 2],
  ] as const) {
    expect((await project.synth(...args)).code).toBe(code);
    expect(rest()).toEqual(before);
  }
});

describe('used wrongly', () => {
  test('an unknown argument: usage and exit code 2', async () => {
    const project = await makeProject();
    const { code, err } = await project.synth('--chek');
    expect(code).toBe(2);
    expect(err).toMatch(/^error: unknown option '--chek'\n.*\n*Usage: npm run synth -- \[options\]/);
  });
});
