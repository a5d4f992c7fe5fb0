import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { behaviours } from '../../src/templates/behaviour.js';
import { type Type, templateFunctions } from '../../src/templates/functions.js';
import { versions } from '../../src/versions.js';

/** text/template's own functions, which ESO does not list. */
const builtIn = 'and call eq ge gt html index js le len lt ne not or print printf println urlquery'.split(
  ' ',
);

/** The engine's signatures, and the release they were read from. */
const release = versions.externalSecretsChart;
const listed = read();

function read(): Map<string, string> {
  const url = new URL(`../vectors/functions-${release}.txt`, import.meta.url);
  try {
    const lines = readFileSync(url, 'utf8').trim().split('\n');
    return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
  } catch {
    throw new Error(
      `no test/vectors/functions-${release}.txt: read the functions of that release (CONTRIBUTING, "Template functions")`,
    );
  }
}

/** Go types as the table writes them; sprig's own checks make an interface a list. */
const letters: Readonly<Record<string, readonly Type[]>> = {
  'interface {}': ['a', 'L'],
  '[]interface {}': ['l'],
  '[][]interface {}': ['N'],
  '[]string': ['w'],
  '[]int': ['n'],
  'map[string]interface {}': ['m'],
  'map[string]string': ['S'],
  string: ['s'],
  int: ['i'],
  int64: ['I'],
  uint32: ['u'],
  float64: ['f'],
  bool: ['b'],
  'time.Time': ['t'],
  'sprig.certificate': ['c'],
  'sprig.HashAlgorithm': ['H'],
  '*semver.Version': ['v'],
};

test('the table has the functions of the pinned release, and text/template’s', () => {
  expect([...templateFunctions.keys()].sort()).toEqual([...listed.keys(), ...builtIn].sort());
});

test('the table of behaviours has every function', () => {
  expect([...behaviours.keys()].sort()).toEqual([...templateFunctions.keys()].sort());
});

test.each([...listed])('%s %s', (name, signature) => {
  const [, takes = '', gives = ''] =
    /^func\((.*?)\) (.*)$/.exec(signature.replace(/\(([^()]*), error\)$/, '$1')) ?? [];
  const parts = takes === '' ? [] : takes.split(', ');
  const types = parts.map((part) => part.replace('...', ''));
  const known = templateFunctions.get(name);
  const table = [...(known?.takes ?? []), ...(known?.rest ? [known.rest] : [])];
  // `dig` panics on fewer than three arguments, and looks at their types itself.
  if (name === 'dig') return;
  expect(table).toHaveLength(types.length);
  for (const [at, type] of types.entries()) expect(letters[type]).toContain(table[at]);
  expect(known?.rest !== undefined).toBe(parts.at(-1)?.startsWith('...') ?? false);
  const isMap = known?.gives === 'm' && gives === 'interface {}';
  if (!isMap) expect(letters[gives]).toContain(known?.gives);
});
