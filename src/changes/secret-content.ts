import { fieldBehind } from '../external-secret/rewrites.js';
import { at, isTree, type Tree } from '../tree.js';
import type { Placed } from './tree.js';

/** What a Secret is made of, according to its ExternalSecret; contains no values. */
export interface SecretContent {
  /** The source of each key: `Grafana: password`, `a template`, `every field of Grafana`. */
  readonly keys: ReadonlyMap<string, string>;
  /** The user's templates, by key. */
  readonly templates: ReadonlyMap<string, string>;
  readonly type: string;
  readonly labels: Tree;
  readonly annotations: Tree;
  readonly refreshInterval: string;
  readonly refreshPolicy: string;
  readonly creationPolicy: string;
  /** Name of the Secret. */
  readonly secret: string;
}

/** What synth writes for a key that is a plain field; captures the field's name. */
const plainKey = /^\{\{-? (?:with )?\.(\w+) -?\}\}(?:$|\{\{ \. \}\}\{\{ else \}\}\{\{ fail )/;

/** Reads the content of an ExternalSecret that synth wrote. */
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
  for (const one of list(at(template, 'templateFrom'))) {
    const name = text(at(one, 'configMap', 'name')) ?? '';
    for (const item of list(at(one, 'configMap', 'items'))) {
      keys.set(text(at(item, 'key')) ?? '', `a template in the ConfigMap ${name}`);
    }
  }
  const metadata = at(template, 'metadata');
  return {
    keys,
    templates,
    type: text(at(template, 'type')) ?? 'Opaque',
    labels: tree(at(metadata, 'labels')),
    annotations: tree(at(metadata, 'annotations')),
    refreshInterval: text(at(spec, 'refreshInterval')) ?? '',
    refreshPolicy: text(at(spec, 'refreshPolicy')) ?? 'Periodic',
    creationPolicy: text(at(spec, 'target', 'creationPolicy')) ?? 'Owner',
    secret: text(at(spec, 'target', 'name')) ?? '',
  };
}

/** The Secret's name and creation policy, from the ExternalSecret's text: parsing thousands of files takes seconds. */
export function secretOf({ name, content }: Placed): { name: string; policy: string } {
  const [, target = ''] = /^ {2}target:\r?\n((?: {4}.*\n?)*)/m.exec(content.toString('utf8')) ?? [];
  const field = (key: string) => new RegExp(`^ {4}${key}: ['"]?([^'"\\s]*)`, 'm').exec(target)?.[1];
  return { name: field('name') ?? name, policy: field('creationPolicy') ?? 'Owner' };
}

/** Items whose fields all become keys: there is no template, or one that is merged with them. */
function wholeItems(spec: unknown): string[] {
  const template = at(spec, 'target', 'template');
  const hasTemplates = at(template, 'data') !== undefined || at(template, 'templateFrom') !== undefined;
  if (hasTemplates && at(template, 'mergePolicy') !== 'Merge') return [];
  return list(at(spec, 'dataFrom')).flatMap((one) => text(at(one, 'extract', 'key')) ?? []);
}

/** Where a template variable comes from: its own entry in `data`, or a field of an item in `dataFrom`. */
function sourceOf(spec: unknown, name: string): string | undefined {
  const single = list(at(spec, 'data')).find((one) => at(one, 'secretKey') === name);
  if (single !== undefined) {
    const property = text(at(single, 'remoteRef', 'property')) ?? '';
    const decoded = at(single, 'remoteRef', 'decodingStrategy') === 'Base64' ? ', decoded' : '';
    const what = property.replace(/^field\//, '').replace(/^file\//, 'the file ');
    return `${text(at(single, 'remoteRef', 'key')) ?? ''}: ${what}${decoded}`;
  }
  const field = fieldBehind(spec, name);
  return field && `${field.items.join(' or ')}: ${field.label}`;
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
