import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { findBase } from '../../src/changes/git-tree.js';
import { makeProject, type Project } from '../project.js';

const secret = (namespace: string, name: string, more: string) =>
  `import { appSecret } from '#cluster-secrets';\n\nexport default appSecret({ namespace: '${namespace}', name: '${name}', ${more} });\n`;

const git = (project: Project, ...args: string[]) =>
  execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: project.path });

/** A repository whose `main` has synthesized and committed these files, and that is on a branch of its own. */
async function onBranch(files: Record<string, string>, at = 'infrastructure/secrets'): Promise<Project> {
  const project = await makeProject({ git: true, at, files });
  await git(project, 'checkout', '--quiet', '-b', 'main');
  expect(await project.synth()).toMatchObject({ code: 0 });
  await git(project, 'add', 'dist', 'src/secrets', 'src/settings.ts');
  await git(project, 'commit', '--quiet', '-m', 'before');
  await git(project, 'checkout', '--quiet', '-b', 'change');
  return project;
}

const three = {
  'src/secrets/a.ts': secret('media', 'a', "item: 'A', keys: { user: 'username', password: 'password' }"),
  'src/secrets/b.ts': secret('media', 'b', "item: 'B', keys: { token: 'api key' }"),
  'src/secrets/c.ts': secret(
    'web',
    'c',
    "item: 'C', keys: { x: 'x' }, template: { 'c.ini': 'one\\ntwo {{ .y }}\\n' }",
  ),
};

/** Each of the three, changed in its own way, and one more. */
async function changed(): Promise<Project> {
  const project = await onBranch(three);
  project.write(
    'src/secrets/a.ts',
    secret(
      'media',
      'a',
      "item: 'A', keys: { user: 'login', pass: 'password' }, type: 'kubernetes.io/basic-auth', labels: { x: 'y' }".replace(
        "type: 'kubernetes.io/basic-auth', ",
        '',
      ),
    ),
  );
  project.remove('src/secrets/b.ts');
  project.write(
    'src/secrets/c.ts',
    secret('web', 'c', "item: 'C', keys: { x: 'x' }, template: { 'c.ini': 'one\\nthree {{ .y }}\\n' }"),
  );
  project.write('src/secrets/d.ts', secret('new', 'd', "item: 'D', keys: 'all'"));
  return project;
}

describe('diff', () => {
  test('keys, sources, templates, labels, and what Flux and the operator do', async () => {
    const project = await changed();
    const { code, out, err } = await project.run('diff');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.split('\n');
    expect(lines).toEqual([
      'flux',
      '  + Kustomization flux-system/secrets-new: created',
      'secrets-media',
      '  ~ Secret media/a: updated',
      '      ~ key password -> pass: A: password (apps that read this key may fail)',
      '      ~ key user: A: username -> A: login',
      '      + label x: y',
      '  - Secret media/b: deleted',
      '      - key token: B: api key',
      'secrets-new',
      '  + Secret new/d: created',
      '      + key * of D: every field of D',
      'secrets-web',
      '  ~ Secret web/c: updated',
      '      ~ template c.ini',
      '        - two {{ .y }}',
      '        + three {{ .y }}',
      expect.stringMatching(/^danger: dist\/secrets-media: the push deletes the Secret media\/b along /),
      '4 Secrets: 2 updated (media/a, web/c), 1 deleted (media/b), 1 created (new/d); 1 other object',
    ]);
    expect((await project.run('diff', ['--exit-code'])).code).toBe(1);
    // What is committed is no change any more.
    await project.synth();
    await git(project, 'add', 'dist');
    await git(project, 'commit', '--quiet', '-m', 'after');
    expect(await project.run('diff', ['--exit-code', 'HEAD'])).toEqual({
      code: 0,
      out: 'no changes',
      err: '',
    });
    expect((await project.run('diff', ['main'])).out).toBe(out);
  });

  test('as Markdown with the units, and as JSON', async () => {
    const project = await changed();
    const { out } = await project.run('diff', ['--markdown', '--graph']);
    expect(out.split('\n')[0]).toBe('<!-- cluster-secrets diff -->');
    expect(out).toContain('| secrets-media | Secret `media/b` | **deleted** | `- key token: B: api key` |');
    expect(out).toContain('> [!WARNING]\n> dist/secrets-media: the push deletes the Secret media/b');
    expect(out).toContain(
      '  secrets-new["secrets-new"]\n  style secrets-new stroke:#2da44e,stroke-width:2px',
    );
    expect(out).toContain('  onepassword-store --> secrets-new');
    expect(out).not.toContain('external-secrets["');
    const json = JSON.parse((await project.run('diff', ['--json'])).out);
    expect(json.objects.map(({ name, fate }: { name: string; fate: string }) => `${name} ${fate}`)).toEqual([
      'secrets-new made',
      'a updated',
      'b deleted',
      'd made',
      'c updated',
    ]);
  });

  test('policies, the Secret of an ExternalSecret, and what owns none', async () => {
    const merge = "item: 'M', keys: { x: 'x' }, creationPolicy: 'Merge', externalSecretName: 'more'";
    const project = await onBranch({
      'src/secrets/a.ts': secret('media', 'a', "item: 'A', keys: { x: 'x' }"),
      'src/secrets/m.ts': secret('media', 'm', merge),
    });
    project.remove('src/secrets/m.ts');
    project.write(
      'src/secrets/a.ts',
      secret(
        'media',
        'b',
        "externalSecretName: 'a', item: 'A', creationPolicy: 'Orphan', templateFrom: [{ configMap: 'texts', keys: ['c'] }]",
      ),
    );
    const { out } = await project.run('diff');
    expect(out.split('\n').slice(0, 8)).toEqual([
      'secrets-media',
      '  - ExternalSecret media/more: deleted',
      '      - key x: M: x',
      '  ~ Secret media/b: updated',
      '      + key c: a template in the ConfigMap texts',
      '      - key x: A: x (apps that read this key may fail)',
      '      ~ creation policy: Owner -> Orphan',
      '      ~ Secret: a -> b',
    ]);
  });

  test('charts, credentials, and what rolls', async () => {
    const project = await onBranch({});
    project.write(
      'src/settings.ts',
      "export default { externalSecrets: { version: '2.10.0', values: { log: { level: 'debug' } } } };\n",
    );
    const { out } = await project.run('diff');
    expect(out).toContain('external-secrets');
    expect(out).toContain('spec.values.log: {"level":"debug"} (its pods may restart)');
  });

  test('a move between units is handed over', async () => {
    const project = await onBranch(three);
    project.write(
      'src/secrets/b.ts',
      secret('media', 'b', "item: 'B', keys: { token: 'api key' }, unit: 'apart'"),
    );
    const { out } = await project.run('diff');
    expect(out).not.toContain('deleted');
    expect(out).toMatch(/Secret media\/b: (handed over|made|updated)/);
  });

  test('synth ends with the short form, but the first time', async () => {
    const project = await makeProject({ files: three });
    expect((await project.synth()).out).not.toContain('in the cluster');
    project.remove('src/secrets/b.ts');
    const { out } = await project.synth();
    expect(out.split('\n').at(-1)).toBe('in the cluster: 1 Secret: 1 deleted (media/b)');
    expect((await project.synth()).out).not.toContain('in the cluster');
  });

  test('reports bad input in one line each', async () => {
    const project = await onBranch(three);
    expect(await project.run('diff', ['nowhere'])).toEqual({
      code: 1,
      out: '',
      err: 'git: there is no commit nowhere; name another commit: `cluster-secrets diff REF`',
    });
    expect(await project.run('diff', ['--output=x'])).toMatchObject({ code: 2 });
    const alone = await makeProject();
    expect((await alone.run('diff')).err).toBe(
      `${alone.path}: is not in a git repository, so there is nothing to compare with; run \`git init\`, and commit dist/`,
    );
    const empty = await makeProject({ git: true });
    expect((await empty.run('diff')).err).toMatch(/^git: there is no default branch to compare with /);
    await git(project, 'commit', '--quiet', '--allow-empty', '-m', 'more');
    const clone = join(project.path, '../../..', `shallow-${Date.now()}`);
    const top = project.path.slice(0, -'/infrastructure/secrets'.length);
    await execa('git', ['clone', '--quiet', '--depth', '1', `file://${top}`, clone]);
    try {
      expect(() => findBase(clone, 'HEAD~1')).toThrow(
        'the clone is shallow: fetch more history (`fetch-depth: 0`',
      );
    } finally {
      await execa('rm', ['-rf', clone]);
    }
    // dist/ that is not there at REF, and one that is broken there.
    await git(project, 'rm', '--quiet', '-r', 'dist');
    await git(project, 'commit', '--quiet', '-m', 'none');
    const none = await project.run('diff', ['HEAD']);
    expect(none.err).toBe('note: infrastructure/secrets/dist does not exist at HEAD, so everything is new');
    await project.synth();
    project.write(
      'dist/secrets-media/externalsecret-a.yaml',
      'kind: ExternalSecret\nmetadata:\n  name: a\n  namespace: media\nspec: {a: b: c\n',
    );
    await git(project, 'add', 'dist');
    await git(project, 'commit', '--quiet', '-m', 'broken');
    project.write('src/secrets/a.ts', secret('media', 'a', "item: 'A', keys: { other: 'x' }"));
    expect((await project.run('diff', ['HEAD'])).err).toMatch(
      /^dist\/ at HEAD: contains a file that is not valid YAML \(.*\); compare with another commit$/,
    );
    expect(readFileSync(join(project.path, 'dist/kustomization.yaml'), 'utf8')).toContain('resources');
  });
});
