import { ApiObject, App, Chart } from 'cdk8s';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { Unit } from '../../src/constructs/unit.js';
import { render, toYaml } from '../../src/output/render.js';
import { flux } from '../flux.js';

/** A platform of one unit with these objects. */
function platform(...objects: { name: string; namespace?: string; kind?: string }[]) {
  const app = new App();
  const namespace = new Chart(app, 'namespace');
  new ApiObject(namespace, 'it', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } });
  const unit = new Unit(app, 'one', { flux, timeout: '1m' });
  for (const [index, { kind = 'Secret', ...metadata }] of objects.entries()) {
    new ApiObject(unit, `object-${index}`, { apiVersion: 'v1', kind, metadata });
  }
  return { app, namespace, units: [unit] };
}

test('one object a file, by kind and name; each folder lists its own', () => {
  const made = platform({ name: 'b', namespace: 'x' }, { name: 'a', namespace: 'x', kind: 'ConfigMap' });
  made.units[0]?.rawFiles.push({ name: 'raw.yaml', content: Buffer.from('as: it is\n') });
  const files = render(made);
  expect([...files.keys()]).toEqual([
    'flux/one.yaml',
    'kustomization.yaml',
    'namespace.yaml',
    'one/configmap-a.yaml',
    'one/kustomization.yaml',
    'one/raw.yaml',
    'one/secret-b.yaml',
  ]);
  const resources = (path: string) => (load(String(files.get(path))) as { resources: string[] }).resources;
  expect(resources('kustomization.yaml')).toEqual(['flux/one.yaml', 'namespace.yaml']);
  expect(resources('one/kustomization.yaml')).toEqual(['configmap-a.yaml', 'raw.yaml', 'secret-b.yaml']);
  expect(String(files.get('one/raw.yaml'))).toBe('as: it is\n');
});

test('one name in two namespaces: the namespace tells the files apart', () => {
  const files = render(platform({ name: 'a', namespace: 'x' }, { name: 'a', namespace: 'y' }));
  expect([...files.keys()].filter((path) => path.includes('secret'))).toEqual([
    'one/secret-a-x.yaml',
    'one/secret-a-y.yaml',
  ]);
});

test('two objects that would be one file are refused', () => {
  expect(() => render(platform({ name: 'a', namespace: 'x' }, { name: 'A', namespace: 'x' }))).toThrow(
    'dist/one/secret-a-x.yaml: would be written twice; rename one of the two objects',
  );
});

test('YAML for every reader: texts that one of them would take for something else are quoted', () => {
  const texts = { a: 'yes', b: '1e3', c: '0o7', d: 'null', e: '2026-01-01', f: ' x' };
  const yaml = toYaml({ ...texts, long: 'word '.repeat(60), again: [texts, texts] });
  expect(load(yaml)).toEqual({ ...texts, long: 'word '.repeat(60), again: [texts, texts] });
  for (const text of Object.values(texts)) expect(yaml).toMatch(new RegExp(`: ['"]${text}['"]`));
  expect(yaml).not.toMatch(/[&*]/);
  expect(yaml.split('\n').some((line) => line.length > 200)).toBe(true);
});
