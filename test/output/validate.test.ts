import { dump } from 'js-yaml';
import { expect, test } from 'vitest';
import { problemLine } from '../../src/errors.js';
import { validate } from '../../src/output/validate.js';
import { readTree, root } from '../project.js';

const todo = 'correct the settings, app secret or unit it comes from';
const lines = (object: unknown) =>
  validate(new Map([['x.yaml', Buffer.from(dump(object))]])).map(problemLine);

const store = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterSecretStore',
  metadata: { name: 'onepassword' },
  spec: {
    provider: {
      onepassword: {
        auth: { secretRef: { connectTokenSecretRef: { name: 'x', namespace: 'y', key: 'token' } } },
        connectHost: 'http://x',
        vaults: { Kubernetes: 1 },
      },
    },
  },
};
const secret = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'a', namespace: 'b' },
  spec: { refreshInterval: '1h', dataFrom: [{ extract: { key: 'Item' } }] },
};

test('accepts valid ones', () => {
  expect(lines(store)).toEqual([]);
  expect(lines(secret)).toEqual([]);
  const tree = Object.entries(readTree(`${root}/test/golden/rich`));
  expect(validate(new Map(tree.map(([path, text]) => [path, Buffer.from(text)])))).toEqual([]);
});

test('a namespace on a cluster-scoped object, and none on a namespaced one', () => {
  expect(lines({ ...store, metadata: { name: 'onepassword', namespace: 'external-secrets' } })).toEqual([
    `dist/x.yaml: metadata.namespace: must not be set on a cluster-scoped object; ${todo}`,
  ]);
  expect(lines({ ...secret, metadata: { name: 'a' } })).toEqual([
    `dist/x.yaml: metadata.namespace: is missing; ${todo}`,
  ]);
});

test('a field that the schema does not have, one of another type, no spec', () => {
  expect(lines({ ...secret, spec: { ...secret.spec, refreshIntervall: '1h' } })).toEqual([
    `dist/x.yaml: /spec: must NOT have additional properties ('refreshIntervall'); ${todo}`,
  ]);
  expect(lines({ ...secret, spec: { ...secret.spec, refreshInterval: 60 } })).toEqual([
    `dist/x.yaml: /spec/refreshInterval: must be string; ${todo}`,
  ]);
  const { spec, ...without } = secret;
  expect(lines(without)).toEqual([`dist/x.yaml: spec: is missing; ${todo}`]);
});

test('an unknown kind, and something that is not an object', () => {
  expect(lines({ ...secret, kind: 'PushSecret' })).toEqual([
    `dist/x.yaml: is a external-secrets.io/v1 PushSecret, which has no schema in imports/crds; ${todo}`,
  ]);
  expect(lines(['x'])).toEqual([`dist/x.yaml: is not a Kubernetes object; ${todo}`]);
});
