import { describe, expect, test } from 'vitest';
import { readTree } from '../project.js';
import { kustomization } from '../repository/shapes.js';
import { app, beside, fileOf, folder, type InRepository, inRepository, listing } from './repository.js';

const radarr = fileOf('radarr');
const listOf = (name: string) => `${folder(name)}/kustomization.yaml`;
const listed = { resources: ['./config.yaml', './externalsecret-radarr.yaml'] };
const inUnit = beside('radarr', { beside: undefined });
const pruneDisabled = '    kustomize.toolkit.fluxcd.io/prune: disabled\n';

/** The files that hold the ExternalSecret of radarr, each with whether Flux must not prune it from there. */
function holders({ project, top }: InRepository): Record<string, boolean> {
  const all = {
    ...Object.fromEntries(
      Object.entries(project.tree('dist')).map(([file, text]) => [`dist/${file}`, text] as const),
    ),
    ...readTree(top, (file) => /^apps\/.*externalsecret/.test(file)),
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([file]) => file.endsWith('externalsecret-radarr.yaml'))
      .map(([file, text]) => [file, text.includes(pruneDisabled)]),
  );
}

const finish = 'commit and push, and once Flux has applied it, run `npm run synth -- --finish-move`';

describe('a move of an app secret takes two pushes, and one of them always has it', () => {
  test('from a unit to its app', async () => {
    const repository = await inRepository([app('radarr')], { 'src/secrets/radarr.ts': inUnit });
    const { synth, project, write } = repository;
    await synth();
    project.write('src/secrets/radarr.ts', beside('radarr'));
    const lacks = `${listOf('radarr')}: does not list the ExternalSecret media/radarr, so`;
    const line = 'add under resources: `- ./externalsecret-radarr.yaml`';
    expect(await synth()).toMatchObject({
      code: 0,
      err: [
        `warning: dist/secrets-media: keeps media/radarr until Flux has handed it over to ${folder('radarr')}; ${finish}`,
        `warning: ${lacks} Flux does not apply it; ${line}`,
      ],
    });
    const both = { 'dist/secrets-media/externalsecret-radarr.yaml': true, [radarr]: false };
    expect(holders(repository)).toEqual(both);
    expect(await synth('--check')).toMatchObject({ code: 0 });
    // Nobody would have it: neither the unit nor the app.
    expect(await synth('--finish-move')).toMatchObject({
      code: 1,
      err: [
        `${lacks} nothing would apply it after the move; ${line}, push, and finish the move once Flux has applied it`,
      ],
    });
    expect(holders(repository)).toEqual(both);
    write(listOf('radarr'), listing(listed.resources));
    expect(await synth('--finish-move')).toMatchObject({
      code: 0,
      err: [],
      out: [
        expect.stringMatching(/^wrote dist\//),
        'beside apps: 1 file, up to date',
        'in the cluster: 1 Secret: 1 handed over (media/radarr); 1 other object',
      ],
    });
    expect(holders(repository)).toEqual({ [radarr]: false });
    expect(await synth('--check')).toMatchObject({ code: 0, err: [] });
  });

  test('from its app to a unit', async () => {
    const repository = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    const { synth, project, write } = repository;
    await synth();
    project.write('src/secrets/radarr.ts', inUnit);
    const stays = `${radarr}: stays until Flux has handed media/radarr over to secrets-media; ${finish}`;
    expect(await synth()).toMatchObject({ code: 0, err: [`warning: ${stays}`] });
    const both = { 'dist/secrets-media/externalsecret-radarr.yaml': false, [radarr]: true };
    expect(holders(repository)).toEqual(both);
    expect(await synth()).toMatchObject({ code: 0, err: [`warning: ${stays}`] });
    expect(holders(repository)).toEqual(both);
    expect(await synth('--check')).toMatchObject({ code: 0, err: [`warning: ${stays}`] });
    // The line goes with the file, not before.
    write(listOf('radarr'), listing(['./config.yaml']));
    expect((await synth()).err).toEqual([
      `warning: ${radarr}: stays until Flux has handed media/radarr over to secrets-media, and ${listOf('radarr')} must list it until then: \`- ./externalsecret-radarr.yaml\`; ${finish}`,
    ]);
    write(listOf('radarr'), listing(listed.resources));
    const { code, err, out } = await synth('--finish-move');
    expect({ code, err }).toEqual({
      code: 0,
      err: [
        `warning: ${listOf('radarr')}: lists externalsecret-radarr.yaml, which synth no longer makes, so the whole build fails; remove \`- ./externalsecret-radarr.yaml\``,
      ],
    });
    expect(out).toContain('in the cluster: 1 Secret: 1 handed over (media/radarr)');
    expect(holders(repository)).toEqual({ 'dist/secrets-media/externalsecret-radarr.yaml': false });
  });

  test('from one app to another', async () => {
    const repository = await inRepository([app('radarr', listed), app('sonarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    const { synth, project, write } = repository;
    write(listOf('sonarr'), listing(['./config.yaml']));
    await synth();
    project.write('src/secrets/radarr.ts', beside('radarr', { beside: folder('sonarr') }));
    const there = fileOf('radarr', 'media', 'sonarr');
    const { err } = await synth();
    expect(err).toContain(
      `warning: ${radarr}: stays until Flux has handed media/radarr over to ${folder('sonarr')}; ${finish}`,
    );
    expect(holders(repository)).toEqual({ [radarr]: true, [there]: false });
    expect((await synth('--finish-move')).err).toEqual([
      `${listOf('sonarr')}: does not list the ExternalSecret media/radarr, so nothing would apply it after the move; add under resources: \`- ./externalsecret-radarr.yaml\`, push, and finish the move once Flux has applied it`,
    ]);
    write(listOf('sonarr'), listing(listed.resources));
    write(listOf('radarr'), listing(['./config.yaml']));
    expect(await synth('--finish-move')).toMatchObject({ code: 0, err: [] });
    expect(holders(repository)).toEqual({ [there]: false });
  });

  test('moves in one push within a build, where Flux updates it in place', async () => {
    const files = {
      ...app('radarr', listed),
      [`${folder('radarr')}/secrets/kustomization.yaml`]: listing(['./externalsecret-radarr.yaml']),
    };
    const repository = await inRepository([files], { 'src/secrets/radarr.ts': beside('radarr') });
    const { synth, project, write } = repository;
    write(`${folder('radarr')}/secrets/kustomization.yaml`, listing([]));
    await synth();
    project.write('src/secrets/radarr.ts', beside('radarr', { beside: `${folder('radarr')}/secrets` }));
    write(listOf('radarr'), listing(['./config.yaml', './secrets']));
    write(`${folder('radarr')}/secrets/kustomization.yaml`, listing(['./externalsecret-radarr.yaml']));
    expect(await synth()).toMatchObject({ code: 0, err: [] });
    expect(holders(repository)).toEqual({
      [`${folder('radarr')}/secrets/externalsecret-radarr.yaml`]: false,
    });
  });

  test('an app that moves with its file, in git: nothing is handed over', async () => {
    const repository = await inRepository([app('radarr', listed)], {
      'src/secrets/radarr.ts': beside('radarr'),
    });
    const { synth, project, git, write } = repository;
    await synth();
    await git('add', '-A', '--', 'apps');
    await git('mv', 'apps/media/radarr', 'apps/media/movies');
    write('apps/kustomization.yaml', listing(['./media/movies/ks.yaml']));
    write(
      'apps/media/movies/ks.yaml',
      kustomization('radarr', './apps/media/movies/app', 'targetNamespace: media'),
    );
    expect((await synth()).err).toEqual([
      `src/secrets/radarr.ts: media/radarr: beside: there is no folder ${folder('radarr')} in the repository; use the folder of the app's manifests, relative to the top of the repository`,
    ]);
    project.write('src/secrets/radarr.ts', beside('radarr', { beside: 'apps/media/movies/app' }));
    expect(await synth()).toMatchObject({
      code: 0,
      out: ['dist/ is up to date: 16 files', 'beside apps: 1 file, up to date'],
      err: [],
    });
  });

  test('an app that waits for the removed unit is told to stop waiting', async () => {
    const repository = await inRepository(
      [app('radarr', { ...listed, spec: 'targetNamespace: media, dependsOn: [{name: secrets-media}]' })],
      { 'src/secrets/radarr.ts': inUnit },
    );
    const { synth, project } = repository;
    await synth();
    project.write('src/secrets/radarr.ts', beside('radarr'));
    await synth();
    expect((await synth('--finish-move')).err).toEqual([
      "apps/media/radarr/ks.yaml: radarr: waits for the unit secrets-media, which disappears when the move is finished; remove that dependency: the Secret now comes with its app's own Flux Kustomization",
    ]);
  });
});
