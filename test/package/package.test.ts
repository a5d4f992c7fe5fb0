/** What a stranger does with the package: pack, init, install, synth, add a secret, upgrade, move an old copy over. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const top = realpathSync(mkdtempSync(join(tmpdir(), 'cluster-secrets-package-')));
afterAll(() => rmSync(top, { recursive: true, force: true }));

// What npm says of itself to the scripts that it runs is not about these projects.
const env = Object.fromEntries(
  Object.keys(process.env).map((name) => [name, /^npm_/i.test(name) ? undefined : process.env[name]]),
);

async function run(cwd: string, command: string, ...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(command, args, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  return { code: exitCode, out: stdout, err: stderr };
}

/** Runs what must work. */
async function must(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await run(cwd, command, ...args);
  expect(code, `${command} ${args.join(' ')}: ${err}${out}`).toBe(0);
  return out;
}

/** Packs the package, as this version or as another. */
async function pack(version?: string): Promise<string> {
  const folder = join(top, version ?? 'packed');
  mkdirSync(folder);
  const [{ filename }] = JSON.parse(
    await must(root, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder),
  );
  const tarball = join(folder, filename);
  if (version === undefined) return tarball;
  await must(folder, 'tar', '-xzf', tarball);
  const manifest = join(folder, 'package/package.json');
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version }));
  const [other] = JSON.parse(
    await must(join(folder, 'package'), 'npm', 'pack', '--ignore-scripts', '--json'),
  );
  return join(folder, 'package', other.filename);
}

/** A git repository with a project in a folder of it, installed from the tarball. */
async function initIn(name: string, at: string, tarball: string, ...more: string[]): Promise<string> {
  const repository = join(top, name);
  mkdirSync(repository);
  await must(repository, 'git', 'init', '--quiet');
  await must(repository, 'npx', ...initOf(tarball, at, ...more));
  return join(repository, at);
}

/** `init` as npx runs it from the tarball. */
const initOf = (tarball: string, ...args: string[]) => [
  ...['--yes', '--package', tarball, 'cluster-secrets', 'init'],
  ...[...args, '--package', tarball],
];

/** Commits all that a repository has. */
async function commit(repository: string, message: string): Promise<void> {
  await must(repository, 'git', 'add', '.');
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  await must(repository, 'git', ...who, 'commit', '--quiet', '-m', message);
}

const bin = (project: string) => join(project, 'node_modules/.bin/cluster-secrets');
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !/node_modules/.test(file) && statSync(join(folder, file)).isFile(),
  );

describe('the package', () => {
  let tarball = '';
  let project = '';
  beforeAll(async () => {
    await must(root, 'npm', 'run', 'build');
    tarball = await pack();
    project = await initIn('home', 'infrastructure/secrets', tarball, '--ci');
  });

  test('is small, and holds no tests', async () => {
    expect(statSync(tarball).size).toBeLessThan(1_000_000);
    const list = (await must(top, 'tar', '-tzf', tarball)).split('\n');
    expect(list.filter((file) => /test|golden|vitest/.test(file))).toEqual([]);
    expect(list).toEqual(
      expect.arrayContaining([
        'package/lib/src/index.d.ts',
        'package/lib/imports/crds/external-secrets.io.yaml',
      ]),
    );
  });

  test('init makes about a dozen files and the workflow at the top, and never overwrites one', async () => {
    expect(filesOf(project).sort()).toEqual([
      '.gitattributes',
      '.gitignore',
      '.sops.yaml',
      '.sourceignore',
      'README.md',
      'cdk8s.yaml',
      'main.ts',
      'package-lock.json',
      'package.json',
      'src/secrets/_example.ts',
      'src/settings.ts',
      'tsconfig.json',
    ]);
    const workflow = load(
      readFileSync(join(project, '../../.github/workflows/cluster-secrets.yaml'), 'utf8'),
    );
    expect(workflow).toMatchObject({
      permissions: { contents: 'read' },
      defaults: { run: { 'working-directory': 'infrastructure/secrets' } },
    });
    const preset = JSON.parse(
      readFileSync(join(project, '../../.github/renovate-cluster-secrets.json'), 'utf8'),
    );
    expect(preset.ignorePaths).toEqual(['infrastructure/secrets/dist/**']);
    writeFileSync(
      join(project, 'src/settings.ts'),
      "import { defineSettings } from 'cluster-secrets';\n\nexport default defineSettings({ vaults: ['Mine'] });\n",
    );
    const out = await must(project, bin(project), 'init', '--no-install');
    expect(out).toContain('kept src/settings.ts');
    expect(readFileSync(join(project, 'src/settings.ts'), 'utf8')).toContain("'Mine'");
  });

  test.each([['bootstrap'], ['acceptance', '--yes', '--item', 'A']])(
    '%s reads the settings',
    async (...args) => {
      const { stderr } = await execa(bin(project), args, {
        cwd: project,
        env: { ...env, KUBECONFIG: '/nonexistent' },
        extendEnv: false,
        reject: false,
      });
      expect(stderr).not.toContain("can't be loaded");
      expect(stderr).toMatch(
        /^(no credentials|kubeconfig|\/nonexistent|src\/onepassword|\.sops|.*\.sops\.yaml)/,
      );
    },
  );

  test('the steps of the workflow: a diff as comment, made once and then updated', async () => {
    const repository = join(project, '../..');
    const workflow = load(
      readFileSync(join(repository, '.github/workflows/cluster-secrets.yaml'), 'utf8'),
    ) as {
      jobs: { check: { steps: { name?: string; uses?: string; run?: string }[] } };
    };
    const { steps } = workflow.jobs.check;
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/@[0-9a-f]{40}$/);
    await must(project, bin(project), 'synth');
    await commit(repository, 'before');
    const base = await must(repository, 'git', 'rev-parse', 'HEAD');
    writeFileSync(
      join(project, 'src/secrets/x.ts'),
      "import { appSecret } from 'cluster-secrets';\n\nexport default appSecret({ namespace: 'media', name: 'x', item: 'X', keys: { a: 'a' } });\n",
    );
    await must(project, bin(project), 'synth');
    await commit(repository, 'after');
    // A gh that keeps what it is told, and has a comment once one was made.
    const fake = join(top, 'fake');
    mkdirSync(fake);
    writeFileSync(
      join(fake, 'gh'),
      `#!/bin/sh\necho "$@" >> ${fake}/log\ncase "$*" in *--jq*) [ -e ${fake}/made ] && echo 7;; *POST*) touch ${fake}/made;; esac\nexit 0\n`,
      { mode: 0o755 },
    );
    const extra = {
      BASE: base,
      RUNNER_TEMP: top,
      GITHUB_STEP_SUMMARY: join(top, 'summary.md'),
      GITHUB_REPOSITORY: 'me/home',
      NUMBER: '3',
      PATH: `${join(project, 'node_modules/.bin')}:${fake}:${process.env['PATH']}`,
    };
    for (const round of [1, 2]) {
      for (const { name, run: script } of steps) {
        if (script === undefined || script === 'npm ci') continue;
        const { exitCode, stderr } = await execa('bash', ['-e', '-o', 'pipefail', '-c', script], {
          cwd: project,
          env: { ...env, ...extra },
          extendEnv: false,
          reject: false,
        });
        expect(exitCode, `${round} ${name}: ${stderr}`).toBe(0);
      }
    }
    const summary = readFileSync(join(top, 'summary.md'), 'utf8');
    expect(summary).toContain('1 Secret: 1 created (media/x)');
    expect(summary).toContain('Not compared with 1Password');
    const calls = readFileSync(join(fake, 'log'), 'utf8');
    expect(calls.match(/--method \S+ \S+/g)).toEqual([
      '--method POST repos/me/home/issues/3/comments',
      '--method PATCH repos/me/home/issues/comments/7',
    ]);
  });

  test('its production dependencies do not grow', async () => {
    const kilobytes = Number((await must(project, 'du', '-sk', 'node_modules')).split('\t')[0]);
    expect(kilobytes).toBeLessThan(130_000);
  });

  test('synth, add-secret, check, a unit of the operator, and types', async () => {
    expect(await must(project, 'npm', 'run', '--silent', 'synth')).toMatch(
      /^(wrote dist\/:|dist\/ is up to date:) \d+ files/m,
    );
    const added = await must(
      project,
      bin(project),
      'add-secret',
      '--namespace',
      'media',
      '--name',
      'radarr',
      '--item',
      'Radarr',
      '--key',
      'api-key=key',
    );
    expect(added).toContain('wrote src/secrets/radarr.ts');
    const main = join(project, 'main.ts');
    const text = readFileSync(main, 'utf8');
    writeFileSync(
      main,
      text
        .replace('{ Cluster, run }', '{ Cluster, run, Unit }')
        .replace(
          '  return cluster;',
          "  new Unit(cluster, 'reports', { flux: cluster.flux, dependsOn: [cluster.store], timeout: '1m' });\n  return cluster;",
        ),
    );
    await must(project, bin(project), 'synth');
    expect(load(readFileSync(join(project, 'dist/flux/reports.yaml'), 'utf8'))).toMatchObject({
      spec: { path: './infrastructure/secrets/dist/reports', dependsOn: [{ name: 'onepassword-store' }] },
    });
    // From a folder of the project, too.
    expect(await must(join(project, 'src'), bin(project), 'synth', '--check')).toMatch(
      /dist\/ is up to date and valid/,
    );
    await must(
      project,
      join(root, 'node_modules/.bin/tsc'),
      '--project',
      project,
      '--typeRoots',
      join(root, 'node_modules/@types'),
      '--types',
      'node',
    );
    writeFileSync(main, text);
    await must(project, bin(project), 'synth');
  });

  test('every example of the public face compiles against the package, and each export has one', async () => {
    const sources = filesOf(join(root, 'src')).filter((file) => file.endsWith('.ts'));
    const examples = sources.flatMap((file) => {
      const text = readFileSync(join(root, 'src', file), 'utf8');
      return [
        ...text.matchAll(/\n \* @example\n((?: \*.*\n)+?) \*\/\nexport (?:async )?(?:class|function) (\w+)/g),
      ].map(([, lines = '', name = '']) => ({ name, code: lines.replace(/^ \* ?/gm, '') }));
    });
    const face = readFileSync(join(root, 'src/index.ts'), 'utf8');
    const exported = [...face.matchAll(/^export (?:function (\w+)|\{([^}]*)\})/gm)].flatMap(
      ([, one, list = '']) =>
        one
          ? [one]
          : list
              .split(',')
              .map((name) => name.trim())
              .filter((name) => name !== '' && !name.startsWith('type ')),
    );
    // A function with overloads is one. What `externalUnit()` makes nobody makes by itself.
    expect(examples.map(({ name }) => name).sort()).toEqual(
      [...new Set(exported)].filter((name) => name !== 'ExternalUnit').sort(),
    );
    const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)];
    for (const page of pages) {
      const text = readFileSync(join(root, page), 'utf8');
      for (const [, code = ''] of text.matchAll(/^```ts\n(import [\s\S]*?)^```$/gm))
        examples.push({ name: page, code });
    }
    const folder = join(project, 'examples');
    mkdirSync(folder);
    for (const [index, { code }] of examples.entries()) writeFileSync(join(folder, `${index}.ts`), code);
    const tsconfig = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...tsconfig, include: ['.'] }));
    await must(
      folder,
      join(root, 'node_modules/.bin/tsc'),
      '--project',
      folder,
      '--typeRoots',
      join(root, 'node_modules/@types'),
      '--types',
      'node',
    );
    rmSync(folder, { recursive: true });
  });

  test('a flag that npm took is refused, with the right spelling', async () => {
    expect(await run(project, 'npm', 'run', '--silent', 'synth', '--check')).toMatchObject({
      code: 2,
      err: 'npm took --check as its own; run `npm run synth -- --check` or `npx cluster-secrets synth --check`',
    });
    expect((await run(project, 'npm', 'run', '--silent', 'synth', '--', '--check')).code).toBe(0);
  });

  test('an upgrade is one version in package.json', async () => {
    const before = Object.fromEntries(
      filesOf(project).map((file) => [file, readFileSync(join(project, file), 'utf8')]),
    );
    const newer = await pack('0.99.0');
    await must(project, 'npm', 'install', '--no-audit', '--no-fund', newer);
    expect(await must(project, bin(project), '--version')).toBe('0.99.0');
    expect(await must(project, bin(project), 'synth', '--check')).toMatch(/dist\/ is up to date and valid/);
    const changed = filesOf(project).filter(
      (file) => before[file] !== readFileSync(join(project, file), 'utf8'),
    );
    expect(changed.sort()).toEqual(['package-lock.json', 'package.json']);
    await must(project, 'npm', 'install', '--no-audit', '--no-fund', tarball);
  });

  test.each(['20.12.2', '22', '26'])('on Node %s', async (version) => {
    const folder = join(top, `node-${version}`);
    mkdirSync(folder);
    await must(folder, 'npm', 'install', '--no-audit', '--no-fund', '--no-save', `node@${version}`);
    const node = join(folder, 'node_modules/node/bin/node');
    expect(existsSync(node)).toBe(true);
    const start = join(project, 'node_modules/cluster-secrets/lib/src/start.mjs');
    expect((await run(project, node, start, 'synth')).code).toBe(0);
    expect(await run(project, node, start, 'synth', '--check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('dist/ is up to date and valid'),
    });
  });

  test('a Node that is too old is one line', async () => {
    const folder = join(top, 'node-18');
    mkdirSync(folder);
    await must(folder, 'npm', 'install', '--no-audit', '--no-fund', '--no-save', 'node@18');
    const start = join(project, 'node_modules/cluster-secrets/lib/src/start.mjs');
    const { code, err } = await run(project, join(folder, 'node_modules/node/bin/node'), start, 'synth');
    expect(code).toBe(1);
    expect(err).toMatch(/^Node 18\.\S+ is too old: cluster-secrets needs Node 20\.12 or newer$/);
  });

  test('at the top of a repository', async () => {
    const alone = await initIn('alone', '.', tarball);
    expect(await must(alone, bin(alone), 'synth')).toMatch(/16 new/);
    expect(load(readFileSync(join(alone, 'dist/flux/onepassword-store.yaml'), 'utf8'))).toMatchObject({
      spec: { path: './dist/onepassword-store' },
    });
  });

  test('a copy of the repository moves over, and dist/ stays the same', async () => {
    const repository = join(top, 'old');
    const copy = join(repository, 'clusters/home/secrets');
    mkdirSync(copy, { recursive: true });
    const tracked = (await must(root, 'git', 'ls-files'))
      .split('\n')
      .filter((file) => !file.startsWith('test/'));
    for (const file of tracked) if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file));
    cpSync(join(root, 'test/examples/rich'), copy, { recursive: true });
    await must(repository, 'git', 'init', '--quiet');
    cpSync(join(root, 'node_modules'), join(copy, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await must(copy, 'node', 'src/start.mjs', 'synth');
    const dirty = await run(copy, 'npx', ...initOf(tarball));
    expect(dirty.code).toBe(1);
    expect(dirty.err).toContain('has uncommitted changes');
    await commit(repository, 'x');
    const out = await must(copy, 'npx', ...initOf(tarball));
    expect(out).toContain('`git diff --exit-code dist`: dist/ is unchanged');
    expect(filesOf(join(copy, 'src')).filter((file) => !file.startsWith('secrets/'))).toEqual([
      'onepassword-secret.sops.yaml',
      'settings.ts',
    ]);
    expect(readFileSync(join(copy, '.sops.yaml'), 'utf8')).toContain(
      'path_regex: src/onepassword-secret\\.sops\\.yaml$',
    );
    await must(copy, 'git', 'diff', '--exit-code', '--', 'dist');
  });
});
