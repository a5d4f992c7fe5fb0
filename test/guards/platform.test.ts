/** What no file of an operator can say, and code that composes can. */
import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { Unit } from '../../src/constructs/unit.js';
import { problemLine } from '../../src/errors.js';
import { guard } from '../../src/guards/index.js';
import { composeProject } from '../../src/project.js';
import { flux } from '../flux.js';
import { makeProject } from '../project.js';

test('a unit of another project is not confused with ours of the same name', async () => {
  const project = await composeProject((await makeProject()).path);
  const { platform } = project;
  const cluster = new App();
  const waiting = (id: string, on: Unit) => new Unit(cluster, id, { flux, dependsOn: [on], timeout: '1m' });
  const ours = platform.units.find(({ unitName }) => unitName === 'onepassword-store');
  const theirs = new Unit(new App(), 'onepassword-store', { flux, timeout: '1m' });
  const units = [...platform.units, waiting('good', ours ?? theirs), waiting('bad', theirs)];
  expect(guard({ ...project, platform: { ...platform, units } }).problems.map(problemLine)).toEqual([
    'bad: waits for the unit onepassword-store, which is not in this project; create that unit here, or refer to it with externalUnit()',
  ]);
});
