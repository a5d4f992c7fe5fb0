import { expect, test } from 'vitest';
import { makeProject } from '../project.js';
import { app, flux } from './repository.js';

test('a Flux Kustomization that waits for a unit which goes with a move: a warning, and then refused', async () => {
  const project = await makeProject({ git: true, files: { 'src/secrets/grafana.ts': app } });
  await project.synth();
  project.write(
    'dist/secrets-grafana/externalsecret-grafana.yaml',
    project.read('dist/secrets-monitoring/externalsecret-grafana.yaml'),
  );
  const waits = (unit: string, namespace = 'flux-system') =>
    flux('grafana', `{path: ./g, dependsOn: [{name: ${unit}, namespace: ${namespace}}]}`);
  project.write('ks.yaml', waits('secrets-grafana'));
  const told =
    'ks.yaml: grafana: waits for the unit secrets-grafana, which disappears when the move is finished; make it wait for secrets-monitoring';
  const kept =
    'warning: dist/secrets-grafana: keeps monitoring/grafana until Flux has handed it over to secrets-monitoring; commit and push, and once Flux has applied it, run `npm run synth -- --finish-move`';
  expect(await project.synth()).toMatchObject({ code: 0, err: `warning: ${told}\n${kept}` });
  const both = project.tree('dist');
  expect(await project.synth('--finish-move')).toMatchObject({ code: 1, err: told });
  expect(project.tree('dist')).toEqual(both);
  // A unit of this name elsewhere is another one.
  for (const other of [waits('secrets-grafana', 'other'), waits('secrets-monitoring')]) {
    project.write('ks.yaml', other);
    expect(await project.synth('--finish-move', '--check')).toMatchObject({ code: 1 });
    const { err } = await project.synth('--finish-move', '--check');
    expect(err).not.toContain(told);
  }
  expect(await project.synth('--finish-move')).toMatchObject({ code: 0, err: '' });
});
