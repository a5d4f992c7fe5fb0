import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { versions } from '../src/versions.js';
import { makeProject, root } from './project.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { scripts, dependencies, devDependencies } = JSON.parse(read('package.json'));

test('Renovate finds every chart version in src/versions.ts', () => {
  const { customManagers } = JSON.parse(read('.github/renovate.json'));
  const [{ managerFilePatterns, matchStrings }] = customManagers;
  const [, pattern] = /^\/(.*)\/$/.exec(managerFilePatterns[0]) ?? [];
  expect('src/versions.ts').toMatch(new RegExp(pattern ?? ''));
  const found = [...read('src/versions.ts').matchAll(new RegExp(matchStrings[0], 'g'))];
  expect(found.map(({ groups }) => groups?.['currentValue'])).toEqual(Object.values(versions));
  expect(found.map(({ groups }) => `${groups?.['datasource']} ${groups?.['depName']}`)).toEqual([
    'docker ghcr.io/external-secrets/charts/external-secrets',
    'docker ghcr.io/1password/connect',
  ]);
});

test('the picture in the README is what npm run graph draws', async () => {
  const project = await makeProject({ files: { 'README.md': read('README.md') } });
  const { code, err } = await project.run('graph', ['--write']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(project.read('README.md')).toBe(read('README.md'));
});

test('npm run graph draws the operator’s units, those of others dashed', async () => {
  const project = await makeProject({ example: 'rich' });
  const { code, out } = await project.run('graph');
  expect(code).toBe(0);
  expect(out).toContain('  onepassword-store --> secrets-monitoring');
  expect(out).toContain('  cert-manager --> secrets-cert-manager-after-cert-manager');
  expect(out).toContain('  style cert-manager stroke-dasharray: 4');
});

test('npm run flux-entry prints the Kustomization for the folder that git says', async () => {
  const project = await makeProject({ git: true, at: 'clusters/home' });
  const { code, out, err } = await project.run('flux-entry');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(load(out)).toEqual({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'cluster-secrets', namespace: 'flux-system' },
    spec: {
      interval: '10m',
      path: './clusters/home/dist',
      prune: true,
      retryInterval: '30s',
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    },
  });
});

test.each([
  ['covers the folder', 'path: ./clusters/home', {}],
  [
    'reaches it through a kustomization',
    'path: ./flux',
    { 'flux/kustomization.yaml': 'resources: [../clusters/home/secrets/dist]\n' },
  ],
])('npm run flux-entry prints none where a Flux Kustomization %s', async (_, path, more) => {
  const entry = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux-system}\nspec:\n  ${path}\n`;
  const project = await makeProject({ git: true, at: 'clusters/home/secrets' });
  for (const [file, content] of Object.entries({ 'gotk-sync.yaml': entry, ...more })) {
    project.write(`../../../${file}`, content);
  }
  expect(await project.run('flux-entry')).toEqual({
    code: 0,
    out: '',
    err: 'nothing to add: the Flux Kustomization flux-system in gotk-sync.yaml already applies clusters/home/secrets/dist',
  });
});

test('the tests use the .sops.yaml that ships, whoever the recipients are', () => {
  const withoutRecipients = (file: string) => read(file).replace(/^( +age: ).*$/m, '$1');
  expect(withoutRecipients('.sops.yaml')).toBe(withoutRecipients('test/fixtures/shipped/.sops.yaml'));
});

test('.sourceignore hides from Flux every YAML file of the project but dist/', async () => {
  const ignored = read('.sourceignore').match(/^\/.*$/gm) ?? [];
  const { stdout } = await execa('git', ['ls-files', '*.yaml', '*.yml'], { cwd: root });
  const seen = stdout
    .split('\n')
    .map((file) => `/${file}`)
    .filter(
      (file) => !ignored.some((path) => file === path || (path.endsWith('/') && file.startsWith(path))),
    );
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.filter((file) => !file.startsWith('/dist/'))).toEqual([]);
});

describe('README, CONTRIBUTING and package.json agree', () => {
  const docs = readdirSync(join(root, 'docs')).map((file) => read(`docs/${file}`));
  const texts = [read('README.md'), read('.github/CONTRIBUTING.md'), ...docs].join('\n');

  test('every npm script that is named exists', () => {
    const named = [...texts.matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  test('every link to a file of the repository leads somewhere', () => {
    const pages = [
      'README.md',
      '.github/CONTRIBUTING.md',
      '.github/SECURITY.md',
      ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`),
    ];
    const links = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)/g)].map(
        ([, file = '', anchor = '']) => ({
          page,
          file: posix.join(posix.dirname(page), file),
          anchor: anchor.slice(1),
        }),
      ),
    );
    expect(links.length).toBeGreaterThan(10);
    const headings = (file: string) =>
      [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      );
    const broken = links.filter(
      ({ file, anchor }) =>
        !existsSync(join(root, file)) || (anchor !== '' && !headings(file).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });

  test('every dependency is justified, and no other', () => {
    const table = read('.github/CONTRIBUTING.md').split('## Dependencies')[1] ?? '';
    const justified = [...table.matchAll(/^\| ([^|]*?) \|/gm)]
      .flatMap(([, names]) => (names ?? '').replace('*for development:*', '').split(','))
      .map((name) => name.trim())
      .filter((name) => /^[@a-z]/.test(name) && name !== 'package');
    const installed = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    expect(justified.toSorted()).toEqual(installed.filter((name) => !name.startsWith('@types/')).toSorted());
  });
});

test('the workflow runs .ci/run, with actions pinned by commit', () => {
  const workflow = load(read('.github/workflows/check.yaml')) as {
    jobs: { check: { steps: { uses?: string; run?: string }[] } };
  };
  const { steps } = workflow.jobs.check;
  expect(steps.map(({ run }) => run).filter(Boolean)).toEqual(['.ci/run']);
  for (const { uses } of steps) if (uses) expect(uses).toMatch(/@[0-9a-f]{40}$/);
});
