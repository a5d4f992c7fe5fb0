import { fieldBehind } from '../external-secret/rewrites.js';
import { at, isTree, type Tree } from '../tree.js';

/** What a Secret is made of, as its ExternalSecret says it; no value is in it. */
export interface SecretContent {
  /** The keys, each with where it comes from: `Grafana: password`, `a template`, `every field of Grafana`. */
  readonly keys: ReadonlyMap<string, string>;
  /** Templates that the operator wrote, by key. */
  readonly templates: ReadonlyMap<string, string>;
  readonly type: string;
  readonly labels: Tree;
  readonly annotations: Tree;
  readonly refreshInterval: string;
}

/** The names of fields in what synth writes for a key. */
const plainKey = /^\{\{-? (?:with )?\.(\w+) -?\}\}(?:$|\{\{ \. \}\}\{\{ else \}\}\{\{ fail )/;

/** Reads an ExternalSecret that synth wrote. */
export function contentOf(object: Tree): SecretContent {
  const spec = at(object, 'spec');
  const template = at(spec, 'target', 'template');
  const data = at(template, 'data');
  const keys = new Map<string, string>();
  const templates = new Map<string, string>();
  for (const item of wholeItems(spec)) keys.set(`* of ${item}`, `every field of ${item}`);
  for (const [key, value] of Object.entries(isTree(data) ? data : {})) {
    const name = plainKey.exec(String(value))?.[1];
    const source = name === undefined ? undefined : sourceOf(spec, name);
    keys.set(key, source ?? 'a template');
    if (source === undefined) templates.set(key, String(value));
  }
  const metadata = at(template, 'metadata');
  return {
    keys,
    templates,
    type: text(at(template, 'type')) ?? 'Opaque',
    labels: tree(at(metadata, 'labels')),
    annotations: tree(at(metadata, 'annotations')),
    refreshInterval: text(at(spec, 'refreshInterval')) ?? '',
  };
}

/** Items all of whose fields become keys: without a template, or with one that is merged with them. */
function wholeItems(spec: unknown): string[] {
  const template = at(spec, 'target', 'template');
  if (isTree(at(template, 'data')) && at(template, 'mergePolicy') !== 'Merge') return [];
  return list(at(spec, 'dataFrom')).flatMap((one) => text(at(one, 'extract', 'key')) ?? []);
}

/** Where a name of the template comes from: a look-up of its own, or a field of an item. */
function sourceOf(spec: unknown, name: string): string | undefined {
  const single = list(at(spec, 'data')).find((one) => at(one, 'secretKey') === name);
  if (single !== undefined) {
    const property = text(at(single, 'remoteRef', 'property')) ?? '';
    const decoded = at(single, 'remoteRef', 'decodingStrategy') === 'Base64' ? ', decoded' : '';
    const what = property.replace(/^field\//, '').replace(/^file\//, 'the file ');
    return `${text(at(single, 'remoteRef', 'key')) ?? ''}: ${what}${decoded}`;
  }
  const field = fieldBehind(spec, name);
  return field && `${field.item}: ${field.label}`;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function tree(value: unknown): Tree {
  return isTree(value) ? value : {};
}
