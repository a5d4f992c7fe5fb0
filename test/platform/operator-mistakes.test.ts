import { expect, test } from 'vitest';
import { problemLine } from '../../src/errors.js';
import { openConnect } from '../../src/onepassword/connect.js';
import { checkAppSecret } from '../../src/platform/app-secret-shape.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';
import { makeProject } from '../project.js';

test('a missing import names the import, and an await that never resolves is reported', async () => {
  const project = await makeProject({
    files: {
      'src/settings.ts': "export default { monitoring: { unit: externalUnit('prometheus') } };",
      'src/secrets/forgot.ts': "export default appSecret({ namespace: 'a', name: 'b' });",
      'src/secrets/waits.ts': 'await new Promise(() => {});\nexport default {};',
    },
  });
  const { code, err } = await project.spawn('synth');
  const add = (word: string) =>
    `add \`import { ${word} } from '#cluster-secrets';\` at the top, or add the name to the existing import`;
  expect(err.split('\n')).toEqual([
    `src/settings.ts: can't be loaded (externalUnit is not defined); ${add('externalUnit')}`,
    `src/secrets/forgot.ts: can't be loaded (appSecret is not defined); ${add('appSecret')}`,
    "src/secrets/waits.ts: can't be loaded: an await in it never resolves; remove the await",
  ]);
  expect(code).toBe(1);
});

test('one vault is a list, too', () => {
  const { problems } = resolveSettings({ vaults: 'Kubernetes' }, 'src/settings.ts');
  expect(problems.map(problemLine)).toEqual([
    "src/settings.ts: vaults: 'Kubernetes' is not a list; write ['Kubernetes']",
  ]);
});

test('messages leave out a missing name', () => {
  const checked = checkAppSecret({ name: 'b', item: 'c', keys: { d: 'e' } }, 'src/secrets/b.ts');
  expect('problems' in checked && checked.problems.map(problemLine)).toEqual([
    'src/secrets/b.ts: b: namespace: is missing; write a string',
  ]);
});

test('the address of Connect has no /v1', async () => {
  const access = { host: 'http://localhost:8080/v1/', token: 'x', namespace: 'external-secrets' };
  await expect(openConnect(access)).rejects.toThrow(
    'OP_CONNECT_HOST: ends in /v1, which every request adds itself; remove /v1',
  );
});
