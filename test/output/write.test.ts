import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compare, writeInto, writeTree } from '../../src/output/write.js';
import { readTree } from '../project.js';

/** A folder in an empty one. */
function folder(): string {
  const top = mkdtempSync(join(tmpdir(), 'cluster-secrets-'));
  onTestFinished(() => rmSync(top, { recursive: true }));
  return join(top, 'dist');
}

const files = (content: Record<string, string>) =>
  new Map(Object.entries(content).map(([path, text]) => [path, Buffer.from(text)]));

test('a tree is written, replaced and left alone', async () => {
  const dist = folder();
  expect(await writeTree(dist, files({ 'a/b.yaml': '1', 'c.yaml': '2' }))).toEqual([
    { path: 'a/b.yaml', kind: 'missing' },
    { path: 'c.yaml', kind: 'missing' },
  ]);
  const second = { 'a/b.yaml': 'changed', 'd.yaml': '3' };
  expect(await writeTree(dist, files(second))).toEqual([
    { path: 'a/b.yaml', kind: 'changed' },
    { path: 'c.yaml', kind: 'stale' },
    { path: 'd.yaml', kind: 'missing' },
  ]);
  expect(readTree(dist)).toEqual(second);
  const before = statSync(dist).ino;
  expect(await writeTree(dist, files(second))).toEqual([]);
  expect(statSync(dist).ino).toBe(before);
  expect(readdirSync(join(dist, '..'))).toEqual(['dist']);
});

test('anything but a regular file is stale, including an empty folder and a symlink to a correct file', () => {
  const dist = folder();
  mkdirSync(join(dist, 'empty'), { recursive: true });
  writeFileSync(join(dist, '../right'), '1');
  symlinkSync('../right', join(dist, 'a.yaml'));
  expect(compare(dist, files({ 'a.yaml': '1' }))).toEqual([
    { path: 'a.yaml', kind: 'stale' },
    { path: 'empty', kind: 'stale' },
  ]);
  expect(compare(join(dist, 'nowhere'), files({}))).toEqual([]);
  expect(compare(join(dist, 'a.yaml'), files({}))).toEqual([{ path: '', kind: 'stale' }]);
});

test('a failed write leaves the old tree, and no other files', async () => {
  const dist = folder();
  await writeTree(dist, files({ 'a.yaml': '1' }));
  // A file can't be a folder, too.
  await expect(writeTree(dist, files({ 'a.yaml': '2', b: '3', 'b/c.yaml': '4' }))).rejects.toThrow();
  expect(readTree(dist)).toEqual({ 'a.yaml': '1' });
  expect(readdirSync(join(dist, '..'))).toEqual(['dist']);
});

test('removes files of a killed run, and keeps those of a running one', async () => {
  const dist = folder();
  const beside = (name: string) => join(dist, '..', name);
  for (const name of ['.dist-999999999', `.dist-${process.ppid}`, '.dist-mine']) mkdirSync(beside(name));
  await writeTree(dist, files({ 'a.yaml': '1' }));
  expect(existsSync(beside('.dist-999999999'))).toBe(false);
  expect(existsSync(beside(`.dist-${process.ppid}`))).toBe(true);
  expect(existsSync(beside('.dist-mine'))).toBe(true);
});

test('writes into a foreign folder only if it has nothing else', async () => {
  const other = folder();
  await writeInto(other, files({ 'a.yaml': '1' }));
  await writeInto(other, files({ 'a.yaml': '1', 'b.yaml': '2' }));
  expect(readTree(other)).toEqual({ 'a.yaml': '1', 'b.yaml': '2' });
  await expect(writeInto(other, files({ 'a.yaml': 'changed' }))).rejects.toThrow(
    'is where CDK8S_OUTDIR points, but contains something else',
  );
  expect(readTree(other)).toEqual({ 'a.yaml': '1', 'b.yaml': '2' });
});
