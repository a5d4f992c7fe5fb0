import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectData, token } from '../connect/data.js';
import { type ConnectServer, startConnect } from '../connect/server.js';
import { makeProject, nodeArguments, type Project } from '../project.js';

const script = 'add-secret';
const grafana = ['--namespace', 'monitoring', '--name', 'grafana'];
/** Neither Connect nor op. */
const alone = { PATH: '/nowhere' };
const notChecked =
  "1Password: can't be read: OP_CONNECT_HOST and OP_CONNECT_TOKEN not set, and op is not installed; set both to reach Connect, or install the 1Password CLI and sign in with `op signin`\n" +
  'not checked against 1Password: run `npm run check-items` once it is reachable';

async function start(): Promise<ConnectServer> {
  const server = await startConnect(connectData);
  onTestFinished(() => server.close());
  return server;
}

const access = ({ url }: ConnectServer) => ({ OP_CONNECT_HOST: url, OP_CONNECT_TOKEN: token });

function secretFiles(project: Project): string[] {
  return Object.keys(project.tree('src/secrets')).filter((file) => !file.startsWith('_'));
}

test('flags alone: the file, synth, and what to commit', async () => {
  const project = await makeProject();
  const args = [...grafana, '--key', 'admin-password=password', '--key', 'admin user'];
  const { code, out, err } = await project.run(script, args, { env: alone });
  expect(err).toBe(notChecked);
  expect(out.replace(/wrote dist\/: (\d+) files, \1 new/, 'wrote dist/: ALL new')).toBe(
    [
      'wrote src/secrets/grafana.ts',
      'no credentials yet: run `npm run bootstrap`; Connect waits for them',
      'wrote dist/: ALL new, 0 changed, 0 removed',
      "commit src/secrets/grafana.ts and dist/: git add src/secrets/grafana.ts dist && git commit -m 'Add secret grafana'",
      'to make an app wait for it, add to its Flux Kustomization: dependsOn: [{ name: secrets-monitoring, readyExpr: "has(dep.status.lastAppliedRevision)" }]',
      "monitoring/grafana comes from the 1Password item 'grafana'",
    ].join('\n'),
  );
  expect(code).toBe(0);
  expect(project.read('src/secrets/grafana.ts')).toBe(`import { appSecret } from '#cluster-secrets';

export default appSecret({
  namespace: 'monitoring',
  name: 'grafana',
  item: 'grafana',
  keys: {
    'admin-password': 'password',
    admin_user: 'admin user',
  },
});
`);
  expect(project.read('dist/secrets-monitoring/externalsecret-grafana.yaml')).toContain('key: grafana\n');
});

test('through Connect: the item named after the app, without problems', async () => {
  const project = await makeProject();
  const args = [...grafana, '--all', '--type', 'Opaque', '--file', 'dashboards', '--item', 'Grafana'];
  const server = await start();
  const { code, err } = await project.run(script, args, { env: access(server) });
  expect([code, err]).toEqual([0, '']);
  expect(project.read('src/secrets/dashboards.ts')).toMatch(
    /item: 'Grafana',\n {2}keys: 'all',\n {2}type: 'Opaque',\n/,
  );
  const again = await project.run(
    script,
    ['--namespace', 'a', '--name', 'only-shared', '--all', '--dry-run'],
    {
      env: access(server),
    },
  );
  expect(again.err).toBe(
    '1Password: only-shared: no item with this title in Kubernetes; correct it there or in 1Password',
  );
  const elsewhere = ['--namespace', 'elsewhere', '--name', 'grafana', '--key', 'password', '--dry-run'];
  const same = await project.run(script, elsewhere, { env: access(server) });
  expect(same.out).toContain("item: 'Grafana',");
});

test('a missing field: exit code 1 with the closest label, and no file', async () => {
  const project = await makeProject();
  const args = [...grafana, '--key', 'p=pasword', '--key', 'u=usernam'];
  const { code, out, err } = await project.run(script, args, { env: access(await start()) });
  expect([code, out]).toEqual([1, '']);
  expect(err).toBe(
    [
      "1Password: Grafana: pasword: no field with this label; did you mean 'password'?",
      "1Password: Grafana: usernam: no field with this label; did you mean 'username'?",
    ].join('\n'),
  );
  expect(secretFiles(project)).toEqual([]);
});

test('--dry-run prints the file and nothing else, and writes nothing', async () => {
  const project = await makeProject();
  const args = [...grafana, '--key', 'password', '--dry-run'];
  const { code, out, err } = await project.run(script, args, { env: alone });
  expect([code, err]).toEqual([0, notChecked]);
  expect(out).toMatch(/^import .*\n\nexport default appSecret\(\{\n.*\}\);$/s);
  expect(secretFiles(project)).toEqual([]);
  expect(() => project.tree('dist')).toThrow('ENOENT');
});

test('files of an item, and of a Document', async () => {
  const project = await makeProject();
  const server = await start();
  const args = ['--key', 'ca.crt=file:ca.pem', '--key', 'password', '--file', 'grafana', '--item', 'Grafana'];
  expect(await project.run(script, [...grafana, ...args], { env: access(server) })).toMatchObject({
    code: 0,
    err: '',
  });
  expect(project.read('src/secrets/grafana.ts')).toContain(
    "  keys: {\n    'ca.crt': { file: 'ca.pem' },\n    password: 'password',\n  },\n",
  );
  expect(project.read('dist/secrets-monitoring/externalsecret-grafana.yaml')).toContain('file_ca_pem');
  const document = ['--item', 'Kubeconfig', '--name', 'k', '--dry-run', '--key', 'file:config.yaml'];
  expect((await project.run(script, [...grafana, ...document], { env: access(server) })).out).toContain(
    "'config.yaml': { file: 'config.yaml' },",
  );
});

test('--dry-run tells what synth would refuse', async () => {
  const project = await makeProject();
  const args = [...grafana, '--type', 'kubernetes.io/tls', '--key', 'password', '--dry-run'];
  const { code, out, err } = await project.run(script, args, { env: alone });
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('src/secrets/grafana.ts: monitoring/grafana: ');
  expect(err).toContain('tls.crt');
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s while synth runs: no file is left', async (signal) => {
  const slow = `import { writeFileSync } from 'node:fs';
writeFileSync('started', String(process.pid));
await new Promise((done) => setTimeout(done, 600_000));
export default [];
`;
  const project = await makeProject({ files: { 'src/secrets/slow.ts': slow } });
  const args = [...nodeArguments(script), ...grafana, '--key', 'password'];
  const child = execa(process.execPath, args, { cwd: project.path, env: alone, reject: false });
  const pid = await vi.waitFor(() => Number(project.read('started') || Number.NaN), 100_000);
  expect(secretFiles(project)).toEqual(['grafana.ts', 'slow.ts']);
  process.kill(pid, signal);
  const { exitCode, stderr } = await child;
  expect(stderr).toBe(
    `${notChecked}\nsrc/secrets/grafana.ts: was removed again, because synth was interrupted; try again`,
  );
  expect(exitCode).toBe(1);
  expect(secretFiles(project)).toEqual(['slow.ts']);
});

test('without a terminal, reports everything missing at once', async () => {
  const project = await makeProject();
  const { code, out, err } = await project.run(script, ['--item', 'x'], { env: alone });
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(
    /^missing: --namespace, --name, --key or --all\n\nUsage: npm run add-secret -- \[options\]\n/,
  );
});

test('used wrongly', async () => {
  const project = await makeProject();
  const said = async (...args: string[]) => {
    const { code, err } = await project.run(script, [...grafana, ...args], { env: alone });
    expect(code).toBe(2);
    return err;
  };
  expect(
    await Promise.all([
      said('--key', 'a', '--all'),
      said('--key', 'a=x', '--key', 'a=y'),
      said('--key', 'a='),
      said('--key', '__proto__=a'),
      said('--key', 'constructor=a'),
      said('--key', 'a=file:'),
      said('--key', 'file:'),
    ]),
  ).toEqual([
    '--key and --all are mutually exclusive',
    "--key 'a=y': duplicate key a",
    "--key 'a=': must be KEY=LABEL or KEY=file:NAME",
    "--key '__proto__=a': JavaScript reserves this name",
    "--key 'constructor=a': JavaScript reserves this name",
    "--key 'a=file:': must be KEY=LABEL or KEY=file:NAME",
    "--key 'file:': must be KEY=LABEL or KEY=file:NAME",
  ]);
});

test('never overwrites a file, never writes outside src/secrets/', async () => {
  const project = await makeProject({ files: { 'src/secrets/grafana.ts': 'export default [];\n' } });
  const args = [...grafana, '--key', 'password'];
  expect(await project.run(script, args, { env: alone })).toMatchObject({
    code: 1,
    err: 'src/secrets/grafana.ts: already exists; edit that file, or choose another with --file',
  });
  expect(project.read('src/secrets/grafana.ts')).toBe('export default [];\n');
  expect(await project.run(script, [...args, '--file', '../main'], { env: alone })).toEqual({
    code: 1,
    out: '',
    err: "src/secrets/../main.ts: '../main' is not a valid file name for an app; choose another --file: at most 55 lower-case letters, digits and -",
  });
});

test('keeps no file that synth refuses, and leaves dist/ alone', async () => {
  const project = await makeProject();
  expect((await project.run(script, [...grafana, '--key', 'password'], { env: alone })).code).toBe(0);
  const before = project.tree('dist');
  const { code, out, err } = await project.run(
    script,
    [...grafana, '--key', 'password', '--file', 'second'],
    {
      env: alone,
    },
  );
  expect([code, out]).toEqual([1, '']);
  expect(err).toBe(
    [
      notChecked,
      'src/secrets/second.ts: monitoring/grafana: is already declared in src/secrets/grafana.ts; rename one of the two, or delete it',
      'src/secrets/second.ts: was removed again, because synth refused it; fix the problems above and try again',
    ].join('\n'),
  );
  expect(secretFiles(project)).toEqual(['grafana.ts']);
  expect(project.tree('dist')).toEqual(before);
});

test('refuses invalid Kubernetes names before writing anything', async () => {
  const project = await makeProject();
  const args = ['--namespace', 'Mon', '--name', 'grafana', '--key', 'a b=password'];
  const { code, err } = await project.run(script, args, { env: alone });
  expect(code).toBe(1);
  expect(err).toBe(
    [
      "src/secrets/grafana.ts: Mon/grafana: namespace: 'Mon' is not a valid Kubernetes name; use at most 63 lower-case letters, digits and -",
      "src/secrets/grafana.ts: Mon/grafana: keys: 'a b' is not a valid Secret key; use at most 253 letters, digits, -, _ and .",
    ].join('\n'),
  );
  expect(secretFiles(project)).toEqual([]);
});
