import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { originOf } from '../../src/repository/first-line.js';
import { app, beside, fileOf, folder, type InRepository, inRepository } from './repository.js';

const names = ['a', 'b', 'c'] as const;
const apps = ['radarr', 'sonarr'] as const;

/** What somebody does between two synths. */
type Step =
  | {
      readonly does: 'declare';
      readonly name: string;
      readonly at: string | undefined;
      readonly item: string;
    }
  | { readonly does: 'delete'; readonly name: string }
  | { readonly does: 'edit' | 'lose' | 'write'; readonly name: string; readonly at: string };

const name = fc.constantFrom(...names);
const at = fc.constantFrom(...apps);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('declare' as const),
      name,
      at: fc.option(at, { nil: undefined }),
      item: fc.constantFrom('X', 'Y'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('delete' as const), name }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('edit', 'lose', 'write'), name, at }) },
);

const foreign = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: foreign}\n';

/** The files beside apps, with their content. */
function there({ files, read }: InRepository): Map<string, string> {
  return new Map(files().map((file) => [`apps/${file}`, read(`apps/${file}`)]));
}

function distOf({ project }: InRepository): string {
  return existsSync(join(project.path, 'dist')) ? JSON.stringify(project.tree('dist')) : '';
}

test('after any sequence: exactly the declared files, or no change; foreign files are untouched', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean()), { minLength: 3, maxLength: 9 }),
      async (steps) => {
        const repository = await inRepository(apps.map((one) => app(one, { resources: 'all' })));
        const { project, write, remove, synth } = repository;
        const declared = new Map<string, string | undefined>();
        const mine = new Set<string>();
        for (const [one, finish] of steps) {
          if (one.does === 'declare') {
            declared.set(one.name, one.at);
            const place = one.at === undefined ? undefined : folder(one.at);
            const text = beside(one.name, { item: one.item, beside: place });
            project.write(`src/secrets/${one.name}.ts`, text);
          } else if (one.does === 'delete') {
            if (declared.delete(one.name)) project.remove(`src/secrets/${one.name}.ts`);
          } else {
            const file = fileOf(one.name, 'media', one.at);
            const now = there(repository).get(file);
            if (one.does === 'lose' && now !== undefined) {
              remove(file);
              mine.delete(file);
            } else if (one.does === 'edit' && now !== undefined && !mine.has(file)) {
              write(file, now.replace('refreshInterval: 1h', 'refreshInterval: 1d'));
            } else if (one.does === 'write' && now === undefined) {
              write(file, foreign);
              mine.add(file);
            }
          }
          const before = there(repository);
          const dist = distOf(repository);
          const wanted = [...declared].flatMap(([secret, place]) =>
            place === undefined ? [] : [fileOf(secret, 'media', place)],
          );
          const { code, err } = await synth(...(finish ? ['--finish-move'] : []));
          const after = there(repository);
          for (const file of mine) expect(after.get(file)).toBe(foreign);
          if (code !== 0) {
            expect(
              wanted.some((file) => mine.has(file)),
              err.join('\n'),
            ).toBe(true);
            expect(after).toEqual(before);
            expect(distOf(repository)).toBe(dist);
            continue;
          }
          expect(wanted.some((file) => mine.has(file))).toBe(false);
          const ours = [...after.keys()].filter((file) => !mine.has(file));
          // Those that move stay where they were until the move is finished.
          const kept = ours.filter((file) => after.get(file)?.includes('prune: disabled'));
          expect(ours.filter((file) => !kept.includes(file))).toEqual(wanted.toSorted());
          if (finish) expect(kept).toEqual([]);
          for (const file of kept) {
            expect(before.has(file)).toBe(true);
            expect(names.some((one) => file.endsWith(`-${one}.yaml`) && declared.has(one))).toBe(true);
          }
          for (const file of ours) {
            expect(originOf(Buffer.from(after.get(file) ?? ''))?.project).toBe('infra/secrets');
            expect(after.get(file)).toContain('refreshInterval: 1h');
          }
          expect(await synth('--check', ...(finish ? ['--finish-move'] : []))).toMatchObject({ code: 0 });
        }
      },
    ),
    { numRuns: 12 },
  );
});
