import { expect, test } from 'vitest';
import { expectedFrom } from '../../src/cluster/expected.js';
import { kustomization } from '../repository/shapes.js';
import { app, beside, fileOf, folder, type InRepository, inRepository, listing } from './repository.js';

const listed = (name: string) => ({ resources: ['./config.yaml', `./externalsecret-${name}.yaml`] });

/** Three app secrets, committed, and the repository on a branch of its own. */
async function committed(): Promise<InRepository> {
  const names = ['radarr', 'sonarr', 'prowlarr'];
  const repository = await inRepository(
    names.map((name) => app(name, listed(name))),
    Object.fromEntries(names.map((name) => [`src/secrets/${name}.ts`, beside(name)])),
  );
  await repository.git('checkout', '--quiet', '-b', 'main');
  expect(await repository.synth()).toMatchObject({ code: 0, err: [] });
  await repository.git('add', 'apps', 'clusters', 'infra/secrets/dist', 'infra/secrets/src/secrets');
  await repository.git('commit', '--quiet', '-m', 'before');
  await repository.git('checkout', '--quiet', '-b', 'change');
  return repository;
}

async function diff({ project }: InRepository): Promise<string[]> {
  const { out, err } = await project.run('diff');
  return [...out.split('\n'), ...err.split('\n')].filter((line) => line !== '');
}

test('diff says what a push does to the Secrets beside apps, by the Flux Kustomization of each', async () => {
  const repository = await committed();
  const { project } = repository;
  expect(await diff(repository)).toEqual(['no changes']);
  project.write('src/secrets/radarr.ts', beside('radarr', { keys: { key: 'x' } }));
  project.remove('src/secrets/sonarr.ts');
  project.write('src/secrets/new.ts', beside('new', { beside: folder('sonarr') }));
  const lines = [
    'Kustomization flux-system/radarr',
    '  ~ Secret media/radarr: updated',
    '      + key key: X: x',
    '      - key * of X: every field of X (apps that read this key may fail)',
    'Kustomization flux-system/sonarr',
    '  + Secret media/new: created',
    '      + key * of X: every field of X',
    '  - Secret media/sonarr: deleted',
    '      - key * of X: every field of X',
    'danger: Kustomization flux-system/sonarr: the push deletes the Secret media/sonarr along with its ExternalSecret; if an app still needs it, restore it (to keep it without this project, see "Taking it out again" in docs/adoption.md)',
    '3 Secrets: 1 updated (media/radarr), 1 created (media/new), 1 deleted (media/sonarr)',
  ];
  expect(await diff(repository)).toEqual(lines);
  // Whether the files are written makes no difference: the commit is what it is compared with.
  await repository.synth();
  expect(await diff(repository)).toEqual(lines);
});

test('diff: a move to another app is handed over, and one in a single push is recreated', async () => {
  const repository = await committed();
  const { project } = repository;
  project.write('src/secrets/radarr.ts', beside('radarr', { beside: folder('sonarr') }));
  expect((await diff(repository)).at(-1)).toBe('1 Secret: 1 handed over (media/radarr)');
  await repository.synth();
  repository.write(
    `${folder('sonarr')}/kustomization.yaml`,
    listing(['./config.yaml', './externalsecret-sonarr.yaml', './externalsecret-radarr.yaml']),
  );
  expect(await repository.synth('--finish-move')).toMatchObject({ code: 0 });
  // Now nothing is kept, although the commit has no mark.
  expect(await diff(repository)).toEqual([
    'Kustomization flux-system/sonarr',
    '  ! Secret media/radarr: recreated',
    '      ~ unit: Kustomization flux-system/radarr -> Kustomization flux-system/sonarr',
    'danger: Kustomization flux-system/radarr: the push deletes the Secret media/radarr, and Kustomization flux-system/sonarr recreates it; restore it, and move it in two steps ("Move a secret" in docs/secrets.md)',
    '1 Secret: 1 recreated (media/radarr)',
  ]);
});

test('diff: an app whose folder moves in git takes its Secret along', async () => {
  const repository = await committed();
  const { project, git, write } = repository;
  await git('mv', 'apps/media/radarr', 'apps/media/movies');
  write(
    'apps/kustomization.yaml',
    listing(['sonarr', 'prowlarr', 'movies'].map((name) => `./media/${name}/ks.yaml`)),
  );
  write(
    'apps/media/movies/ks.yaml',
    kustomization('radarr', './apps/media/movies/app', 'targetNamespace: media'),
  );
  expect(await diff(repository)).toEqual([
    `src/secrets/radarr.ts: media/radarr: beside: there is no folder ${folder('radarr')} in the repository; use the folder of the app's manifests, relative to the top of the repository`,
  ]);
  project.write('src/secrets/radarr.ts', beside('radarr', { beside: 'apps/media/movies/app' }));
  expect(await diff(repository)).toEqual(['no changes']);
});

test('graph draws them, in no unit', async () => {
  const { project } = await committed();
  const { out } = await project.run('graph');
  expect(out.split('\n')).toContain(
    '  beside_apps["beside their apps<br/>media/prowlarr<br/>media/radarr<br/>media/sonarr"]',
  );
  expect(out).not.toContain('secrets-media');
});

test('a second project leaves the first one’s files alone', async () => {
  const one = await inRepository([app('radarr', listed('radarr'))], {
    'src/secrets/radarr.ts': beside('radarr'),
  });
  await one.synth();
  const made = one.read(fileOf('radarr'));
  expect(made).toContain('(project infra/secrets, namespace media)');
  // As another project sees it: the same Secret, made by a file that is not its own.
  one.write(fileOf('radarr'), made.replace('project infra/secrets', 'project infra/second'));
  one.project.write('src/secrets/radarr.ts', beside('radarr', { beside: undefined }));
  expect((await one.synth()).err).toContain(
    `src/secrets/radarr.ts: media/radarr: is already the Secret of the ExternalSecret in ${fileOf('radarr')}: External Secrets Operator would take it over at once, drop its old keys and report Ready; rename this one, or delete ${fileOf('radarr')} first`,
  );
  one.project.remove('src/secrets/radarr.ts');
  expect(await one.synth()).toMatchObject({ code: 0, err: [] });
  expect(one.files()).toHaveLength(1);
});

test('with an existing store and all app secrets beside apps, dist/ has no unit', async () => {
  const repository = await inRepository([app('radarr', listed('radarr'))], {
    'src/settings.ts':
      "import { defineSettings, existing } from '#cluster-secrets';\nexport default defineSettings({ store: existing({ name: 'theirs', kind: 'SecretStore' }) });\n",
    'src/secrets/radarr.ts': beside('radarr'),
  });
  expect(await repository.synth()).toMatchObject({ code: 0 });
  expect(Object.keys(repository.project.tree('dist'))).toEqual(['kustomization.yaml']);
  expect(repository.read(fileOf('radarr'))).toContain('    kind: SecretStore\n    name: theirs\n');
  const { externalSecrets, stores, units } = expectedFrom(repository.project.path);
  expect({ externalSecrets, stores, units }).toEqual({
    externalSecrets: [{ namespace: 'media', name: 'radarr', file: fileOf('radarr') }],
    stores: [{ kind: 'SecretStore', name: 'theirs', namespace: 'media', unit: undefined }],
    units: [],
  });
});
