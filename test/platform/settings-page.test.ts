/** The settings are said three times: as a type with docs, as a schema, on the commented page. They agree. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { externalUnit, type Settings } from '../../src/index.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';
import type { settingsSchema } from '../../src/platform/settings-schema.js';
import { isTree } from '../../src/tree.js';
import { root } from '../project.js';

/** The paths of all fields; what is in a chart's values, in a list or in a unit is somebody else's. */
type Paths<Type> = Type extends readonly unknown[] | string | boolean | undefined
  ? never
  : {
      [Key in keyof Type & string]:
        | Key
        | (Key extends 'values' | 'labels' | 'unit' ? never : `${Key}.${Paths<NonNullable<Type[Key]>>}`);
    }[keyof Type & string];

test('the type and the schema have the same fields', () => {
  expectTypeOf<Paths<z.input<typeof settingsSchema>>>().toEqualTypeOf<Paths<Settings>>();
});

const page = readFileSync(join(root, 'src/settings.ts'), 'utf8');
const source = readFileSync(join(root, 'src/platform/settings.ts'), 'utf8');
const defaults = resolveSettings({}, 'src/settings.ts').settings;

/** All fields of an object, with the path of each; a list and what is `values` or `labels` is one. */
function fields(object: unknown, path = ''): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const [key, value] of isTree(object) ? Object.entries(object) : []) {
    const at = path === '' ? key : `${path}.${key}`;
    all.set(at, value);
    if (!['values', 'labels', 'source'].includes(key)) {
      for (const [inner, one] of fields(value, at)) all.set(inner, one);
    }
  }
  return all;
}

/** The `Settings` of the source: each field's path with its `@default`, if it has one. */
function documented(): Map<string, string | undefined> {
  const [, body = ''] = /export interface Settings \{\n([\s\S]*?)\n\}\n/.exec(source) ?? [];
  const found = new Map<string, string | undefined>();
  const path: string[] = [];
  let comment = '';
  for (const line of body.split('\n')) {
    const [, name, rest = ''] = /^ *readonly (\w+)\??: (.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      found.set([...path, name].join('.'), /@default ([^*]*?)\s*(?:\*|$)/.exec(comment)?.[1]);
      comment = '';
      if (/\{$/.test(rest)) path.push(name);
    } else if (/^ *\}/.test(line)) path.pop();
    else comment += line.replace(/^\s*\*(?!\/)/, '');
  }
  return found;
}

test('every @default of the type is that of the schema', () => {
  const given = fields(defaults);
  const docs = documented();
  expect(docs.size).toBeGreaterThan(25);
  const wrong = [...docs].filter(([path, text]) => {
    // In words.
    if (text === undefined || text.startsWith('-')) return false;
    const value = given.get(path);
    if (isTree(value)) return text !== Object.values(value).join(' ');
    const written = Array.isArray(value) ? `['${value.join("', '")}']` : String(value);
    // Only with `monitoring` there is one.
    return path !== 'monitoring.namespace' && text !== written;
  });
  expect(wrong).toEqual([]);
  const monitoring = { monitoring: { unit: externalUnit('x') } };
  const { settings } = resolveSettings(monitoring, 'src/settings.ts');
  expect(docs.get('monitoring.namespace')).toBe(settings.monitoring?.namespace);
});

// An operator may have filled the page in, or cut it.
test.skipIf(!page.includes('\n  // vaults:'))('the page has every field, with its default', () => {
  const [, body = ''] = /defineSettings\(\{\n([\s\S]*)\n\}\);/.exec(page) ?? [];
  const lines = body.split('\n').map((line) => line.replace(/^ {2}\/\/ ?/, ''));
  // What is left of the comments are the fields.
  const code = lines.filter((line) => /^(\w+: |[ }])/.test(line) && !/^ *\/\//.test(line)).join('\n');
  const written = new Function('externalUnit', `return {\n${code}\n};`)(externalUnit);
  expect(resolveSettings(written, 'src/settings.ts').problems).toEqual([]);
  const onPage = fields(written);
  const listed = [...documented().keys()].filter(
    (path) => !/\.(version|digest|verify|issuer|subject|kind|secret|file|reason)$/.test(path),
  );
  const missing = listed.filter((path) => !onPage.has(path));
  expect(missing).toEqual([]);
  const examples =
    /^(name$|store|externalSecrets|connect|monitoring|otherClusters|allowSameName)|^flux\.(path|serviceAccountName)/;
  for (const [path, value] of onPage) {
    if (path === 'store.name' || (!examples.test(path) && !isTree(value))) {
      expect(value, path).toEqual(fields(defaults).get(path));
    }
  }
});
