/** What constructs say about themselves, in an app that has nothing else of the project. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { BootstrapSecret } from '../../src/constructs/bootstrap-secret.js';
import { ConnectRelease } from '../../src/constructs/connect-release.js';
import { ExternalSecretsRelease } from '../../src/constructs/external-secrets-release.js';
import { Unit } from '../../src/constructs/unit.js';
import { addCheck, problemsIn } from '../../src/constructs/validation.js';
import { problemLine } from '../../src/errors.js';
import { flux } from '../flux.js';
import { root } from '../project.js';

const lines = (app: App) => problemsIn(app).map(problemLine);

const good = readFileSync(join(root, 'test/examples/rich/src/platform/onepassword-secret.sops.yaml'), 'utf8');

/** An app with a release whose values can't be, and with a file that is no bootstrap Secret. */
function wrongApp(): App {
  const app = new App();
  const chart = new Chart(app, 'mine');
  new ConnectRelease(chart, 'connect', {
    namespace: 'x',
    version: '2.4.1',
    credentialsSecret: 'onepassword-secret',
    values: { connect: { replicas: 2, tls: { enabled: true } } },
  });
  new ExternalSecretsRelease(chart, 'operator', {
    namespace: 'x',
    version: '2.9.0',
    values: { processClusterStore: false },
  });
  const unit = new Unit(app, 'credentials', { flux, timeout: '1m' });
  new BootstrapSecret(unit, 'secret', {
    name: 'other',
    namespace: 'external-secrets',
    content: Buffer.from(good),
  });
  return app;
}

const told = [
  'mine/connect: values.connect.replicas: must be 1 (got 2); remove it',
  'mine/connect: values.connect.tls.enabled: must be false (got true); remove it',
  'mine/operator: values.processClusterStore: must be true (got false); remove it',
  `credentials/secret: metadata.name: must be 'other' (got "onepassword-secret"); make it again with \`npm run bootstrap -- --rotate\``,
];

test('each says it with its path', () => {
  expect(lines(wrongApp())).toEqual(told);
});

test('cdk8s refuses to synthesize such an app', () => {
  const app = wrongApp();
  const all = () => app.synthYaml();
  for (const line of told) expect(all).toThrow(line);
});

test('also reports problems from node.addValidation, each once', () => {
  const app = new App();
  const chart = new Chart(app, 'mine');
  chart.node.addValidation({ validate: () => ['is not what it should be'] });
  addCheck(chart, () => [{ where: 'here', what: 'is wrong', todo: 'mend it' }]);
  expect(problemsIn(app)).toEqual([
    { where: 'here', what: 'is wrong', todo: 'mend it' },
    { code: 'construct', where: 'mine', what: 'is not what it should be', todo: 'correct its input' },
  ]);
});
