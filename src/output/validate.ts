import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { load, loadAll } from 'js-yaml';
import type { Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';
import type { FileTree } from './render.js';

const imports = join(import.meta.dirname, '../../imports');

/** Kinds in `dist/` that need no CRD: built into the API server or kustomize. */
const builtIn = new Set([
  'v1 ConfigMap',
  'v1 Namespace',
  'v1 Secret',
  'kustomize.config.k8s.io/v1beta1 Kustomization',
  'networking.k8s.io/v1 NetworkPolicy',
]);

/** The charts with a values schema, by the URL in their OCIRepository. */
const charts: Record<string, string> = {
  'oci://ghcr.io/external-secrets/charts/external-secrets': 'external-secrets',
  'oci://ghcr.io/1password/connect': 'connect',
};

/** The scope and schema of a custom resource. */
interface Kind {
  readonly namespaced: boolean;
  readonly validate: ValidateFunction;
}

/**
 * Strictly validates every object in `dist/` against the CRD schemas and the charts' values schemas in `imports/`:
 * an unknown field is an error, and so is a kind without a schema.
 *
 * Does not check the CRDs' CEL rules, nor what only the controllers know.
 *
 * @returns A problem for each violation, at `dist/<file>: <field>`; empty if everything is valid.
 */
export function validate(files: FileTree): Problem[] {
  schemas ??= readSchemas();
  const { kinds, valuesOf } = schemas;
  const objects = [...files].map(([path, content]) => ({ path, object: load(content.toString('utf8')) }));
  const chartOf = new Map(
    objects.flatMap(({ object }) =>
      isTree(object) &&
      object['kind'] === 'OCIRepository' &&
      isTree(object['spec']) &&
      isTree(object['metadata'])
        ? [[object['metadata']['name'], charts[String(object['spec']['url'])]] as const]
        : [],
    ),
  );
  const problems: Problem[] = [];
  for (const { path, object } of objects) {
    const say = (field: string, what: string) => {
      const where = field ? `dist/${path}: ${field}` : `dist/${path}`;
      const todo = field.startsWith('spec.values')
        ? 'correct the chart values in src/settings.ts'
        : 'correct the settings, app secret or unit it comes from';
      problems.push({ code: 'schema', where, what, todo });
    };
    if (!isTree(object)) {
      say('', 'is not a Kubernetes object');
      continue;
    }
    const id = `${object['apiVersion']} ${object['kind']}`;
    const kind = kinds.get(id);
    const metadata = isTree(object['metadata']) ? object['metadata'] : {};
    if (kind) {
      kind.validate(object);
      for (const error of kind.validate.errors ?? []) say(error.instancePath, errorText(error));
      if (object['spec'] === undefined) say('spec', 'is missing');
      if (kind.namespaced !== (metadata['namespace'] !== undefined)) {
        say(
          'metadata.namespace',
          kind.namespaced ? 'is missing' : 'must not be set on a cluster-scoped object',
        );
      }
    } else if (!builtIn.has(id)) {
      say('', `is a ${id}, which has no schema in imports/crds`);
    }
    const chart = object['kind'] === 'HelmRelease' ? chartOf.get(metadata['name']) : undefined;
    if (chart !== undefined && isTree(object['spec'])) {
      const values = valuesOf(chart);
      values(object['spec']['values']);
      for (const error of values.errors ?? []) say(`spec.values${error.instancePath}`, errorText(error));
    }
  }
  return problems;
}

function errorText(error: { keyword: string; params: object; message?: string }): string {
  const extra = 'additionalProperty' in error.params ? ` ('${String(error.params.additionalProperty)}')` : '';
  return `${error.message ?? error.keyword}${extra}`;
}

/** Compiled once per process: that takes longer than a synth. */
let schemas: ReturnType<typeof readSchemas> | undefined;

function readSchemas() {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  addFormats.default(ajv);
  ajv.addVocabulary([
    'x-kubernetes-int-or-string',
    'x-kubernetes-list-map-keys',
    'x-kubernetes-list-type',
    'x-kubernetes-map-type',
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-validations',
  ]);
  const values = new Map<string, ValidateFunction>();
  return {
    kinds: readKinds(ajv),
    valuesOf(chart: string): ValidateFunction {
      const validate = values.get(chart) ?? ajv.compile(close(readValuesSchema(chart)));
      values.set(chart, validate);
      return validate;
    },
  };
}

/** A chart's values schema, without `$schema`: the dialects differ, but not in a way that matters here. */
function readValuesSchema(chart: string): Tree {
  const text = readFileSync(join(imports, `charts/${chart}.values.schema.json`), 'utf8');
  const { $schema, ...schema } = JSON.parse(text);
  return schema;
}

function readKinds(ajv: Ajv2020): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  const folder = join(imports, 'crds');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    for (const crd of loadAll(readFileSync(join(folder, file), 'utf8')) as Crd[]) {
      const { group, names, scope, versions } = crd.spec;
      for (const { name, schema } of versions) {
        kinds.set(`${group}/${name} ${names.kind}`, {
          namespaced: scope === 'Namespaced',
          validate: ajv.compile(close(schema.openAPIV3Schema)),
        });
      }
    }
  }
  return kinds;
}

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly scope: string;
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Tree };
    }[];
  };
}

/** Refuses unknown fields, as the API server does; in JSON Schema that must be explicit. */
function close(schema: Tree): Tree {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    isTree(value) &&
    isTree(value['properties']) &&
    value['additionalProperties'] === undefined &&
    value['x-kubernetes-preserve-unknown-fields'] !== true
      ? { ...value, type: value['type'] ?? 'object', additionalProperties: false }
      : value,
  );
}
