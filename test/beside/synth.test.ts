import { chmodSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { sops } from '../guards/repository.js';
import { kustomization } from '../repository/shapes.js';
import { app, beside, fileOf, folder, inRepository, listing } from './repository.js';

const radarr = fileOf('radarr');
const list = `${folder('radarr')}/kustomization.yaml`;
const listed = { resources: ['./config.yaml', './externalsecret-radarr.yaml'] };
const current = ['dist/ is up to date: 16 files', 'beside apps: 1 file, up to date'];

/** `namespace` in the file of radarr, and what synth says. */
async function namespaceIn(files: Record<string, string>, more: object = {}) {
  const repository = await inRepository([files], { 'src/secrets/radarr.ts': beside('radarr', more) });
  const { code, err } = await repository.synth();
  if (code !== 0) return err;
  const { metadata } = load(repository.read(radarr)) as { metadata: { namespace?: string } };
  return [metadata.namespace, ...err];
}

describe('where it is written', () => {
  test('in the folder of the app and in no unit, with the missing line; silent once the line is there', async () => {
    const { synth, read, write, files, project } = await inRepository([app('radarr')], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    expect(await synth()).toEqual({
      code: 0,
      out: [
        'wrote dist/: 16 files, 16 new, 0 changed, 0 removed',
        'beside apps: 1 file, 1 new, 0 changed, 0 removed',
      ],
      err: [
        `warning: ${list}: does not list the ExternalSecret media/radarr, so Flux does not apply it; add under resources: \`- ./externalsecret-radarr.yaml\``,
      ],
    });
    expect(files()).toEqual(['media/radarr/app/externalsecret-radarr.yaml']);
    expect(read(radarr).split('\n').slice(0, 7)).toEqual([
      '# Made by cluster-secrets from src/secrets/radarr.ts (project infra/secrets, namespace media). Edit that file, not this one: synth writes it anew.',
      'apiVersion: external-secrets.io/v1',
      'kind: ExternalSecret',
      'metadata:',
      '  labels:',
      '    app.kubernetes.io/part-of: cluster-secrets',
      '  name: radarr',
    ]);
    expect(Object.keys(project.tree('dist')).filter((file) => file.includes('secrets-'))).toEqual([]);
    write(list, listing(listed.resources));
    expect(await synth()).toEqual({ code: 0, out: current, err: [] });
    expect(await synth('--check')).toEqual({
      code: 0,
      out: ['dist/ is up to date and valid: 16 files, and 1 beside apps'],
      err: [],
    });
  });

  test('one line per file, reported together', async () => {
    const { synth } = await inRepository([app('radarr')], {
      'src/secrets/radarr.ts': beside('radarr'),
      'src/secrets/more.ts': beside('more', { beside: `./${folder('radarr')}/` }),
    });
    expect((await synth()).err).toEqual([
      `warning: ${list}: does not list the ExternalSecrets media/more, media/radarr, so Flux does not apply them; add under resources: \`- ./externalsecret-more.yaml\`, \`- ./externalsecret-radarr.yaml\``,
    ]);
  });

  test('a folder without a kustomization.yaml: Flux applies all YAML, so no line is missing', async () => {
    const files = app('radarr', { resources: 'all' });
    expect(await namespaceIn(files)).toEqual([undefined]);
  });

  test('a kustomization.yaml further up is the one that must list it', async () => {
    const files = {
      ...app('radarr', { resources: 'all' }),
      'apps/media/radarr/ks.yaml': kustomization('radarr', './apps/media/radarr', 'targetNamespace: media'),
      'apps/media/radarr/kustomization.yaml': listing(['./app/config.yaml']),
    };
    expect(await namespaceIn(files)).toEqual([
      undefined,
      'warning: apps/media/radarr/kustomization.yaml: does not list the ExternalSecret media/radarr, so Flux does not apply it; add under resources: `- ./app/externalsecret-radarr.yaml`',
    ]);
  });

  test('opts out of Flux’s substitution, as in a unit', async () => {
    const more = { keys: { key: 'x' }, template: { 'app.ini': 'home = ${HOME}\n' } };
    const files = app('radarr', {
      ...listed,
      spec: 'targetNamespace: media, postBuild: {substitute: {HOME: /root}}',
    });
    const { synth, read } = await inRepository([files], { 'src/secrets/radarr.ts': beside('radarr', more) });
    expect(await synth()).toMatchObject({ code: 0, err: [] });
    expect(read(radarr)).toContain('kustomize.toolkit.fluxcd.io/substitute: disabled');
    expect(read(radarr)).toContain('${HOME}');
  });
});

describe('the namespace', () => {
  test.each([
    ['targetNamespace of the Flux Kustomization', app('radarr', listed), undefined],
    [
      'namespace of the kustomization.yaml',
      app('radarr', { ...listed, spec: '', more: 'namespace: media\n' }),
      undefined,
    ],
    ['a variable that can be it', app('radarr', { ...listed, spec: 'targetNamespace: "${NS}"' }), undefined],
    ['nothing', app('radarr', { ...listed, spec: '' }), 'media'],
  ])('by %s', async (_by, files, expected) => {
    expect(await namespaceIn(files)).toEqual([expected]);
  });

  test('that a parent gives with a patch over every child', async () => {
    const files = {
      ...app('radarr', { ...listed, spec: '' }),
      'clusters/home/apps.yaml': kustomization(
        'apps',
        './apps',
        'patches: [{target: {kind: Kustomization}, patch: "apiVersion: kustomize.toolkit.fluxcd.io/v1\\nkind: Kustomization\\nmetadata: {name: all}\\nspec: {targetNamespace: media}"}]',
      ),
    };
    expect(await namespaceIn(files)).toEqual([undefined]);
  });

  test.each([
    ['apps/media/radarr/ks.yaml', app('radarr', { ...listed, spec: 'targetNamespace: downloads' })],
    [list, app('radarr', { ...listed, spec: '', more: 'namespace: downloads\n' })],
  ])('another one, by %s, is refused', async (file, files) => {
    expect(await namespaceIn(files)).toEqual([
      `src/secrets/radarr.ts: media/radarr: beside: the build of ${folder('radarr')} sets the namespace downloads (${file}), but this Secret is for media; set namespace: 'downloads', or name the folder of an app in media`,
    ]);
  });

  test('of two builds of one folder, one gives it: it is written out', async () => {
    const files = {
      ...app('radarr', listed),
      'apps/media/radarr/ks.yaml': [
        kustomization('radarr', `./${folder('radarr')}`, 'targetNamespace: media'),
        kustomization('again', `./${folder('radarr')}`),
      ].join('---\n'),
    };
    expect(await namespaceIn(files)).toEqual(['media']);
  });
});

describe('what the build does to it', () => {
  test('reports a prefix and a patch, but not labels', async () => {
    const more = `namePrefix: my-
labels: [{pairs: {team: home}}]
patches:
  - target: {kind: ExternalSecret}
    patch: |
      - {op: replace, path: /spec/refreshInterval, value: 24h}
`;
    const { synth } = await inRepository([app('radarr', { ...listed, more })], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    const todo = 'remove that there, or omit `beside`';
    expect((await synth()).err).toEqual([
      `warning: ${list}: changes ExternalSecret radarr: metadata.name: radarr -> my-radarr: it no longer matches this project; ${todo}`,
      `warning: ${list}: changes ExternalSecret radarr: spec.refreshInterval: 1h -> 24h: it no longer matches this project; ${todo}`,
    ]);
  });
});

describe('whose file it is', () => {
  test('rewrites an edited file, and --check reports it', async () => {
    const { synth, read, write } = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    await synth();
    const made = read(radarr);
    write(radarr, made.replace('refreshInterval: 1h', 'refreshInterval: 1d'));
    expect(await synth('--check')).toEqual({
      code: 1,
      out: [],
      err: [`${radarr}: differs from what synth writes; run \`npm run synth\` and commit it`],
    });
    expect((await synth()).out).toEqual([
      'dist/ is up to date: 16 files',
      'beside apps: 1 file, 0 new, 1 changed, 0 removed',
      'in the cluster: 1 Secret: 1 updated (media/radarr)',
    ]);
    expect(read(radarr)).toBe(made);
    write(radarr, made.replaceAll('\n', '\r\n'));
    expect(await synth('--check')).toMatchObject({ code: 0, err: [] });
    write(radarr, `${made}---\n{`);
    expect(await synth()).toMatchObject({ code: 0, err: [] });
    expect(read(radarr)).toBe(made);
  });

  test('--check reports a missing one, and writes nothing', async () => {
    const { synth, remove, files } = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    await synth();
    remove(radarr);
    expect(await synth('--check')).toMatchObject({
      code: 1,
      err: [`${radarr}: is missing; run \`npm run synth\` and commit it`],
    });
    expect(files()).toEqual([]);
  });

  test('refuses to touch one without the first line', async () => {
    const mine = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine}\n';
    const { synth, read, project } = await inRepository(
      [app('radarr', listed)],
      { 'src/secrets/radarr.ts': beside('radarr') },
      { [radarr]: mine },
    );
    for (const args of [[], ['--check']]) {
      expect(await synth(...args)).toEqual({
        code: 1,
        out: [],
        err: [
          `${radarr}: was not written by synth, and synth would overwrite it; rename it, or if this app secret replaces that ExternalSecret, delete it and run synth again: Flux updates it in place`,
        ],
      });
    }
    expect(read(radarr)).toBe(mine);
    expect(() => project.tree('dist')).toThrow('ENOENT');
  });

  test('refuses one of another project, and never treats it as stale', async () => {
    const files = { 'src/secrets/radarr.ts': beside('radarr') };
    const { synth, read, write, project } = await inRepository([app('radarr', listed)], files);
    await synth();
    const theirs = read(radarr).replace('project infra/secrets', 'project infra/others');
    write(radarr, theirs);
    expect((await synth()).err).toEqual([
      `${radarr}: was written by another project in this repository, infra/others; name another folder, or first remove the app secret from that project`,
    ]);
    project.remove('src/secrets/radarr.ts');
    expect(await synth()).toMatchObject({ code: 0, err: [] });
    expect(read(radarr)).toBe(theirs);
  });

  test('refuses a symlink in its place', async () => {
    const { synth, read, top } = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    symlinkSync('config.yaml', join(top, radarr));
    expect((await synth()).err).toEqual([
      `${radarr}: is not a regular file, and synth would write one there; move it away`,
    ]);
    expect(read(`${folder('radarr')}/config.yaml`)).toContain('ConfigMap');
  });

  test('two app secrets of one file', async () => {
    const shared = { beside: folder('radarr') };
    const { synth } = await inRepository([app('radarr', { ...listed, spec: '' })], {
      'src/secrets/a.ts': beside('radarr', shared),
      'src/secrets/b.ts': beside('radarr', { ...shared, namespace: 'downloads' }),
    });
    expect((await synth()).err).toEqual([
      `src/secrets/b.ts: downloads/radarr: beside: would be ${radarr}, which is already the file of media/radarr in src/secrets/a.ts; choose another folder for one of the two`,
    ]);
  });
});

describe('what goes', () => {
  test('disappears with its app secret; a leftover line breaks the build of the app', async () => {
    const { synth, files, write, project } = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    await synth();
    project.remove('src/secrets/radarr.ts');
    const stray = `${list}: lists externalsecret-radarr.yaml, which synth no longer makes, so the whole build fails; remove \`- ./externalsecret-radarr.yaml\``;
    expect(await synth('--check')).toMatchObject({
      code: 1,
      err: [
        'warning: Kustomization flux-system/radarr: the push deletes the Secret media/radarr along with its ExternalSecret; if an app still needs it, restore it (to keep it without this project, see "Taking it out again" in docs/adoption.md)',
        `${radarr}: is stale; run \`npm run synth\` and commit it`,
        stray,
      ],
    });
    expect(await synth()).toEqual({
      code: 0,
      out: [
        'dist/ is up to date: 16 files',
        'beside apps: 0 files, 0 new, 0 changed, 1 removed',
        'in the cluster: 1 Secret: 1 deleted (media/radarr)',
      ],
      err: [
        `warning: ${stray}`,
        'warning: Kustomization flux-system/radarr: the push deletes the Secret media/radarr along with its ExternalSecret; if an app still needs it, restore it (to keep it without this project, see "Taking it out again" in docs/adoption.md)',
      ],
    });
    expect(files()).toEqual([]);
    expect(await synth('--check')).toMatchObject({ code: 1, err: [stray] });
    write(list, listing(['./config.yaml', '# - ./externalsecret-radarr.yaml']));
    expect(await synth('--check')).toMatchObject({ code: 0, err: [] });
  });

  test('an invalid app secret does not hide other mistakes', async () => {
    const { synth, files, project } = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    await synth();
    project.write('src/secrets/radarr.ts', 'export default {');
    expect((await synth()).code).toBe(1);
    expect(files()).toEqual(['media/radarr/app/externalsecret-radarr.yaml']);
  });
});

describe('an invalid folder', () => {
  const todo = 'name the folder of an app, or omit `beside`';
  test.each([
    [
      'apps/media/sonarr',
      "there is no folder apps/media/sonarr in the repository; use the folder of the app's manifests, relative to the top of the repository",
    ],
    [
      'apps/kustomization.yaml',
      "apps/kustomization.yaml is not a folder; use the folder of the app's manifests, relative to the top of the repository",
    ],
    ['infra/secrets/dist', `infra/secrets/dist is in dist/, which synth owns; ${todo}`],
    [
      'infra/secrets/dist/secrets-media',
      `infra/secrets/dist/secrets-media is in dist/, which synth owns; ${todo}`,
    ],
    [
      'infra/secrets/src',
      `infra/secrets/src is in src/ of this project, which holds nothing for Flux; ${todo}`,
    ],
    [
      'lab/apps',
      "lab/apps belongs to another cluster: otherClusters in src/settings.ts names lab; declare it in that cluster's project, or name a folder of this cluster",
    ],
    [
      'linked',
      `linked is reached through a symlink, which Flux does not follow; write '${folder('radarr')}'`,
    ],
    ['outside', 'outside is a symlink out of the repository; name a folder inside it'],
    [
      'inner/app',
      'inner/app is in a nested git repository, whose files this one does not commit; name a folder of this repository',
    ],
    [
      'hidden',
      'Flux does not fetch hidden/externalsecret-x.yaml: the rule `/hidden/` in .sourceignore excludes it; add an exception to that rule, or name another folder',
    ],
  ])('%s', async (at, message) => {
    const { synth, top } = await inRepository(
      [app('radarr')],
      {
        'src/secrets/x.ts': beside('x', { beside: at }),
        'src/settings.ts': "export default { otherClusters: ['lab'] };",
        'dist/secrets-media/old.yaml': '',
      },
      {
        'lab/apps/config.yaml': '',
        '.sourceignore': '/hidden/\n',
        'hidden/config.yaml': '',
        'inner/app/config.yaml': '',
      },
    );
    symlinkSync(folder('radarr'), join(top, 'linked'));
    symlinkSync('/tmp', join(top, 'outside'));
    await execa('git', ['init', '--quiet'], { cwd: join(top, 'inner') });
    const { code, err } = await synth();
    expect(err.filter((line) => !line.startsWith('warning'))).toEqual([
      `src/secrets/x.ts: media/x: beside: ${message}`,
    ]);
    expect(code).toBe(1);
  });

  test.skipIf(process.getuid?.() === 0)(
    'one that can’t be written into (root can write everywhere)',
    async () => {
      const { synth, top } = await inRepository([app('radarr', listed)], {
        'src/secrets/radarr.ts': beside('radarr'),
      });
      chmodSync(join(top, folder('radarr')), 0o500);
      expect((await synth()).err).toEqual([
        `src/secrets/radarr.ts: media/radarr: beside: ${folder('radarr')}; correct its permissions`,
      ]);
      chmodSync(join(top, folder('radarr')), 0o700);
    },
  );

  test('warns about one that no Flux Kustomization builds', async () => {
    const { synth } = await inRepository(
      [app('radarr')],
      { 'src/secrets/x.ts': beside('x', { beside: 'unused' }) },
      { 'unused/config.yaml': '' },
    );
    expect(await synth()).toMatchObject({
      code: 0,
      err: [
        'warning: src/secrets/x.ts: media/x: beside: no Flux Kustomization in this repository builds unused/externalsecret-x.yaml, so nothing makes the Secret media/x; name the folder of an app that Flux applies, unless something outside this repository applies it',
      ],
    });
  });

  test('warns about one whose files git ignores', async () => {
    const { synth } = await inRepository(
      [app('radarr', listed)],
      { 'src/secrets/radarr.ts': beside('radarr') },
      { '.gitignore': 'externalsecret-*\n' },
    );
    expect((await synth()).err).toEqual([
      `warning: .gitignore: line 1, \`externalsecret-*\`, keeps git from committing ${radarr} of this project, so Flux never gets it; remove the rule, or exclude this folder from it (not possible below an ignored folder)`,
    ]);
  });
});

describe('other creators of the same Secret', () => {
  test('a SOPS file of it is refused', async () => {
    const { synth } = await inRepository(
      [app('radarr', { resources: [...listed.resources, './secret.sops.yaml'] })],
      { 'src/secrets/radarr.ts': beside('radarr') },
      { [`${folder('radarr')}/secret.sops.yaml`]: sops('radarr', 'media') },
    );
    expect((await synth()).err.filter((line) => !line.startsWith('warning'))).toEqual([
      `src/secrets/radarr.ts: media/radarr: is already the SOPS-encrypted Secret in ${folder('radarr')}/secret.sops.yaml: External Secrets Operator would take it over at once, drop its old keys and report Ready; rename this one, or delete ${folder('radarr')}/secret.sops.yaml first`,
    ]);
  });

  const old = (name: string, target = name) =>
    `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}}\nspec: {target: {name: ${target}}}\n`;

  test('the ExternalSecret that was there: in the same build it is replaced in one commit', async () => {
    const es = `${folder('radarr')}/externalsecret.yaml`;
    const { synth, remove, write } = await inRepository(
      [app('radarr', { resources: ['./config.yaml', './externalsecret.yaml'] })],
      { 'src/secrets/radarr.ts': beside('radarr') },
      { [es]: old('radarr') },
    );
    expect((await synth()).err).toEqual([
      `src/secrets/radarr.ts: media/radarr: beside: is also the ExternalSecret media/radarr in ${es}; delete ${es} and its line in the kustomization.yaml, in the commit that adds ${radarr}: Flux updates it in place`,
    ]);
    remove(es);
    write(list, listing(listed.resources));
    expect(await synth()).toMatchObject({ code: 0, err: [] });
  });

  test('one of another name for the same Secret: takes that name, to be the same object', async () => {
    const es = `${folder('radarr')}/externalsecret.yaml`;
    const { synth, project, remove, write, read } = await inRepository(
      [app('radarr', { resources: ['./config.yaml', './externalsecret.yaml'] })],
      { 'src/secrets/radarr.ts': beside('radarr-secret', { beside: folder('radarr') }) },
      { [es]: old('radarr', 'radarr-secret') },
    );
    expect((await synth()).err).toEqual([
      `src/secrets/radarr.ts: media/radarr-secret: beside: is also the Secret of the ExternalSecret radarr in ${es}; to replace that one without losing the Secret, write externalSecretName: 'radarr'`,
    ]);
    const named = { beside: folder('radarr'), externalSecretName: 'radarr' };
    project.write('src/secrets/radarr.ts', beside('radarr-secret', named));
    expect((await synth()).err).toEqual([
      `src/secrets/radarr.ts: media/radarr-secret: beside: is also the ExternalSecret media/radarr in ${es}; delete ${es} and its line in the kustomization.yaml, in the commit that adds ${radarr}: Flux updates it in place`,
    ]);
    remove(es);
    write(list, listing(listed.resources));
    expect(await synth()).toMatchObject({ code: 0, err: [] });
    expect(read(radarr)).toContain('    name: radarr-secret\n');
  });

  test('in another build it must be marked first; also reported for another Secret', async () => {
    const es = `${folder('old')}/externalsecret.yaml`;
    const { synth } = await inRepository(
      [app('radarr', listed), app('old', { resources: ['./externalsecret.yaml'] })],
      { 'src/secrets/radarr.ts': beside('radarr') },
      { [es]: old('radarr', 'radarr-secret') },
    );
    expect((await synth()).err).toEqual([
      `src/secrets/radarr.ts: media/radarr: beside: is also the ExternalSecret media/radarr in ${es}, for the Secret radarr-secret; annotate that one with kustomize.toolkit.fluxcd.io/prune: disabled, push, then delete it in the commit that adds ${radarr}: otherwise Flux deletes it, and the Secret with it`,
    ]);
  });
});

describe('written as safely as dist/', () => {
  test('leaves no temporary files, and removes those of a killed run', async () => {
    const { synth, top, write } = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    const all = () => readdirSync(top, { recursive: true, encoding: 'utf8' });
    const files = () =>
      all().filter((file) => !/(^\.git|node_modules|^infra\/secrets\/dist)(\/|$)/.test(file));
    const before = files();
    write('infra/secrets/.dist-999999999.beside/0.yaml', 'half');
    await synth();
    expect(files().filter((file) => !before.includes(file))).toEqual([radarr]);
  });

  test('a synth that can’t write dist/ changes nothing', async () => {
    const { synth, files, project } = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
      dist: 'mine',
    });
    expect((await synth()).code).toBe(1);
    expect(files()).toEqual([]);
    expect(project.read('dist')).toBe('mine');
  });
});
