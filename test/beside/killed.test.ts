import { expect, test } from 'vitest';
import { stopAfter } from '../killed.js';
import { app, beside, type InRepository, inRepository } from './repository.js';

const listed = (...names: string[]) => ({
  resources: ['./config.yaml', ...names.map((name) => `./externalsecret-${name}.yaml`)],
});

/** Two states between which files are made, changed, and taken away, and app secrets move. */
const states: Readonly<Record<'one' | 'two', Readonly<Record<string, string>>>> = {
  one: {
    'src/secrets/a.ts': beside('a', { item: 'one' }),
    'src/secrets/b.ts': beside('b'),
    'src/secrets/c.ts': beside('c', { beside: undefined }),
  },
  two: {
    'src/secrets/a.ts': beside('a', { item: 'two' }),
    'src/secrets/b.ts': beside('b', { beside: undefined }),
    'src/secrets/c.ts': beside('c'),
  },
};

/** Every file of `dist/` and beside apps. */
function made({ project }: InRepository): Record<string, string> {
  const apps = Object.entries(project.tree('../../apps')).filter(([file]) => file.includes('externalsecret'));
  return { ...project.tree('dist'), ...Object.fromEntries(apps) };
}

test('synth killed at any moment: each file is old or new, each app secret is somewhere, and the next synth heals it', async () => {
  const repository = await inRepository(['a', 'b', 'c'].map((name) => app(name, listed(name))));
  const { project } = repository;
  const go = (to: 'one' | 'two', steps?: number) => {
    for (const [file, text] of Object.entries(states[to])) project.write(file, text);
    return stopAfter(() => project.synth('--finish-move'), steps);
  };
  await go('one');
  const one = made(repository);
  const { taken } = await go('two');
  const two = made(repository);
  expect(Object.keys(one)).not.toEqual(Object.keys(two));
  const now = { one, two };
  let at: 'one' | 'two' = 'two';
  // All is written elsewhere first; the last steps put it in place.
  const moments = [
    0,
    1,
    Math.round(taken / 2),
    ...Array.from({ length: 14 }, (_, index) => taken - 14 + index),
  ];
  for (const moment of moments) {
    const to: 'one' | 'two' = at === 'one' ? 'two' : 'one';
    expect(await go(to, moment)).toEqual({ taken: moment, isKilled: true });
    const there = made(repository);
    for (const [file, text] of Object.entries(there)) expect([one[file], two[file]], file).toContain(text);
    for (const name of ['a', 'b', 'c']) {
      const holders = Object.keys(there).filter((file) => file.endsWith(`externalsecret-${name}.yaml`));
      expect(holders, `${name} after ${moment} of ${taken} steps`).not.toEqual([]);
    }
    expect(await project.synth('--finish-move')).toMatchObject({ code: 0 });
    expect(made(repository)).toEqual(now[to]);
    at = to;
  }
});
