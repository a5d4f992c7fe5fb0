import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chart, Testing } from 'cdk8s';
import { execa } from 'execa';
import { load, loadAll } from 'js-yaml';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConnectRelease, type ConnectReleaseProps } from '../../src/constructs/connect-release.js';
import { root } from '../project.js';
import { findTool } from '../tools.js';

const kubectl = findTool('kubectl');
const rendered = readFileSync(join(root, 'test/vectors/connect-2.4.1.rendered.yaml'), 'utf8');

/** A ServiceMonitor as a chart makes one; its name is the chart's business. */
const serviceMonitor = `---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: some-name
  labels:
    app.kubernetes.io/component: connect
spec:
  endpoints: []
`;

// biome-ignore lint/suspicious/noExplicitAny: an object as parsed
type Objects = any[];

/** The chart's objects after the post-renderers of the release, as helm-controller runs them. */
async function postRender(props: Partial<ConnectReleaseProps>, chart: string): Promise<Objects> {
  const scope = new Chart(Testing.app(), 'test');
  new ConnectRelease(scope, 'connect', {
    namespace: 'external-secrets',
    version: '2.4.1',
    credentialsSecret: 'onepassword-secret',
    ...props,
  });
  const release = Testing.synth(scope).find(({ kind }: { kind: string }) => kind === 'HelmRelease');
  const [{ kustomize }] = release.spec.postRenderers;
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'chart.yaml'), chart);
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    JSON.stringify({ resources: ['chart.yaml'], patches: kustomize.patches }),
  );
  const { stdout } = await execa(kubectl ?? '', ['kustomize', folder]);
  return loadAll(stdout);
}

const ofKind = (objects: Objects, kind: string) => objects.find((object) => object.kind === kind);

describe.skipIf(!kubectl)('the post-renderers, on what the chart renders', () => {
  test('port 80 in front of 8080, whatever the order of the ports, and nothing else of the Service', async () => {
    const [service, deployment] = rendered.split('---\n');
    const before = load(service ?? '') as Objects[number];
    const turned = { ...before, spec: { ...before.spec, ports: before.spec.ports.toReversed() } };
    for (const chart of [rendered, `${JSON.stringify(turned)}\n---\n${deployment}`]) {
      const after = ofKind(await postRender({}, chart), 'Service');
      expect(
        after.spec.ports.toSorted((a: { port: number }, b: { port: number }) => a.port - b.port),
      ).toEqual([
        { name: 'connect-api', port: 80, targetPort: 8080 },
        { name: 'connect-sync', port: 8081 },
      ]);
      expect({ ...after, spec: { ...after.spec, ports: [] } }).toEqual({
        ...before,
        spec: { ...before.spec, ports: [] },
      });
    }
  });

  test('one replica, replaced once the next is ready; nothing else of the Deployment changes', async () => {
    const before = ofKind(loadAll(rendered) as Objects, 'Deployment');
    const after = ofKind(await postRender({}, rendered), 'Deployment');
    expect(after.spec.replicas).toBe(1);
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    expect(after).toEqual({ ...before, spec: { ...before.spec, strategy } });
  });

  test('labels for Prometheus are added to the ServiceMonitor, of whatever name', async () => {
    const monitorLabels = { release: 'kube-prometheus-stack', yes: 'no' };
    const after = ofKind(
      await postRender({ monitorLabels }, `${rendered}${serviceMonitor}`),
      'ServiceMonitor',
    );
    expect(after.metadata).toEqual({
      name: 'some-name',
      labels: { 'app.kubernetes.io/component': 'connect', ...monitorLabels },
    });
  });
});
