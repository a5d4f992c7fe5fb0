import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { expectGolden } from '../golden.js';
import { makeProject, readTree, root } from '../project.js';

const settings = (text: string) =>
  `import { externalUnit } from '#cluster-secrets';\nexport default { ${text} };\n`;
const monitoring = `monitoring: {
  unit: externalUnit('kube-prometheus-stack', 'observability'),
  namespace: 'observability',
  labels: { release: 'kube-prometheus-stack' },
}`;
const policy = 'dist/onepassword-connect/networkpolicy-onepassword.yaml';

test('monitoring: dist/ is test/golden/monitoring where it differs from the default', async () => {
  const project = await makeProject({ files: { 'src/settings.ts': settings(monitoring) } });
  const { code, err } = await project.synth();
  expect(err).toBe('');
  expect(code).toBe(0);
  const shipped = readTree(join(root, 'test/golden/shipped'));
  const changed = Object.entries(project.tree('dist')).filter(([path, content]) => shipped[path] !== content);
  await expectGolden(Object.fromEntries(changed), 'monitoring');
  expect((await project.synth('--check')).code).toBe(0);
});

test('only the alerts wait for monitoring: secrets must not', async () => {
  const project = await makeProject({ files: { 'src/settings.ts': settings(monitoring) } });
  await project.synth();
  const waiting = Object.entries(project.tree('dist/flux')).filter(([, content]) =>
    content.includes('name: kube-prometheus-stack'),
  );
  expect(waiting.map(([path]) => path)).toEqual(['onepassword-alerts.yaml']);
});

test('the network policy lets in the operator and, with monitoring, Prometheus; out DNS and HTTPS', async () => {
  const project = await makeProject();
  await project.synth();
  const operator = { podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'external-secrets' } } };
  const ports = [{ port: 8080, protocol: 'TCP' }];
  expect(load(project.read(policy))).toMatchObject({
    spec: {
      ingress: [{ from: [operator], ports }],
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
        { ports: [{ port: 443, protocol: 'TCP' }] },
      ],
      podSelector: { matchLabels: { app: 'onepassword' } },
      policyTypes: ['Ingress', 'Egress'],
    },
  });
  project.write('src/settings.ts', settings(monitoring));
  await project.synth();
  const prometheus = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } },
  };
  expect(load(project.read(policy))).toMatchObject({
    spec: { ingress: [{ from: [operator, prometheus], ports }] },
  });
});

test('networkPolicy: false makes none', async () => {
  const project = await makeProject({ files: { 'src/settings.ts': settings('networkPolicy: false') } });
  await project.synth();
  expect(Object.keys(project.tree('dist')).filter((path) => path.includes('networkpolicy'))).toEqual([]);
});
