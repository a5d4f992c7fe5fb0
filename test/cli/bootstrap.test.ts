import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, expect, test, vi } from 'vitest';
import { startApi } from '../cluster-api/server.js';
import {
  type CommandName,
  makeProject,
  nodeArguments,
  type Project,
  type RunOptions,
  readTree,
} from '../project.js';
import { findTool } from '../tools.js';

const sops = findTool('sops');
const ageKeygen = findTool('age-keygen');

const file = 'src/platform/onepassword-secret.sops.yaml';
const script = 'bootstrap';

// Marks that show up wherever a value leaks.
// Split, so that this file does not count as credentials itself.
const sealed = { kid: 'k', enc: 'A256GCM', cty: 'b5+jwk+json', iv: 'MARKqzx-iv', data: 'MARKqzx-data' };
const key = { alg: 'A256GCM', ext: true, k: 'MARKqzx-key', key_ops: ['encrypt'], kty: 'oct', kid: 'k' };
const good = {
  verifier: { salt: 'MARKqzx-salt', localHash: 'MARKqzx-hash' },
  encCredentials: sealed,
  version: '2',
  deviceUuid: 'MARKqzx-device',
  uniqueKey: key,
};
const credentials = JSON.stringify(good);
const packed = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (payload: unknown) =>
  `${packed({ alg: 'ES256' })}.${packed(payload)}.${packed('MARKqzx-signature')}`;
const token = jwt({ sub: 'MARKqzx-subject', exp: 4102444800 });
// The mark, and its base64 encodings.
const marks = /MARKqzx|TUFSS3F6|1BUktxen|NQVJLcXp4/;

interface Operator {
  readonly project: Project;
  readonly key: string;
  readonly recipient: string;
  /** Runs bootstrap with this environment only. */
  bootstrap(args: readonly string[], options?: RunOptions): ReturnType<Project['run']>;
}

/** A project whose rule names a fresh age key; sops finds the private key only if SOPS_AGE_KEY is set. */
async function makeOperator(options: Parameters<typeof makeProject>[0] = {}): Promise<Operator> {
  const project = await makeProject(options);
  const { stdout: key } = await execa(ageKeygen ?? '', []);
  const recipient = /public key: (age1\w+)/.exec(key)?.[1] ?? '';
  project.write('.sops.yaml', readRule().replace('age1-put-your-public-key-here', recipient));
  return {
    project,
    key: /AGE-SECRET-KEY-\w+/.exec(key)?.[0] ?? '',
    recipient,
    bootstrap: (args, run = {}) =>
      project.run(script, args, { ...run, env: { HOME: project.path, ...run.env } }),
  };
}

function readRule(): string {
  return readFileSync(join(import.meta.dirname, '../fixtures/shipped/.sops.yaml'), 'utf8');
}

/** A creation rule for one recipient. */
const rule = (recipient: string) =>
  `path_regex: sops\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    age: ${recipient}`;

/** The parent of the temporary folders of --from-op. */
const shared = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Starts a command that runs until it is stopped. */
function spawnCommand(project: Project, command: CommandName, args: string[], env: Record<string, string>) {
  return execa(process.execPath, [...nodeArguments(command), ...args], {
    cwd: project.path,
    env,
    reject: false,
  });
}

const values = { OP_CONNECT_CREDENTIALS: credentials, OP_CONNECT_TOKEN: token };

/** Puts a program first in the PATH. */
function program(project: Project, name: string, source: string): { PATH: string } {
  const path = join(project.path, '.programs', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  chmodSync(path, 0o755);
  return { PATH: `${dirname(path)}${delimiter}${process.env['PATH']}` };
}

describe.skipIf(!sops || !ageKeygen)('with the real sops', () => {
  test('the key in the project’s folder is used to verify the file', async () => {
    const { project, key, bootstrap } = await makeOperator();
    project.write('age.agekey', `${key}\n`);
    const { code, out } = await bootstrap([], { env: values });
    expect(code).toBe(0);
    expect(out).toContain('verified: the file decrypts to the same values');
  });

  test('through npm, paths are relative to where it was started', async () => {
    const { project } = await makeOperator();
    project.write('sub/c.json', credentials);
    project.write('sub/t', token);
    const env = {
      HOME: project.path,
      INIT_CWD: `${project.path}/sub`,
      npm_package_json: `${project.path}/package.json`,
    };
    const args = ['--credentials', 'c.json', '--token', 't'];
    expect(await project.spawn(script, args, { env })).toMatchObject({ code: 0, err: '' });
  });

  test('a recipient that Flux can’t use is refused', async () => {
    const { project, bootstrap } = await makeOperator();
    const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN operator';
    project.write('.sops.yaml', `creation_rules:\n  - ${rule(ssh)}\n`);
    expect(await bootstrap([], { env: values })).toEqual({
      code: 1,
      out: '',
      err: ".sops.yaml: creation_rules: age: names only SSH keys, which Flux can't use (`unknown identity type`); add an age recipient whose private key Flux has (age1..., from `age-keygen`)",
    });
  });

  test('a token that expires within 30 days: synth and status warn until it is replaced', async () => {
    const { project, bootstrap } = await makeOperator();
    const ending = (days: number) => {
      const exp = Math.floor(Date.now() / 1000) + days * 86_400 + 3600;
      const [header, , signature] = token.split('.');
      return [header, Buffer.from(JSON.stringify({ exp })).toString('base64url'), signature].join('.');
    };
    const write = (days: number) =>
      bootstrap(['--rotate'], { env: { ...values, OP_CONNECT_TOKEN: ending(days) } });
    expect((await write(12)).code).toBe(0);
    const warning =
      /^warning: Connect's token: expires on \d{4}-\d\d-\d\d, in 12 days; replace it with `npm run bootstrap -- --rotate`$/m;
    expect((await project.synth()).err).toMatch(warning);
    const api = await startApi({});
    const KUBECONFIG = `${project.path}/kubeconfig`;
    project.write('kubeconfig', api.kubeconfig);
    expect((await project.run('status', [], { env: { KUBECONFIG } })).out).toMatch(warning);
    const { warnings } = JSON.parse((await project.run('status', ['--json'], { env: { KUBECONFIG } })).out);
    expect(warnings).toHaveLength(1);
    api.close();
    await write(40);
    expect((await project.synth()).err).toBe('');
  });

  test('of several concurrent runs, one writes and the others are refused', async () => {
    const { project } = await makeOperator();
    const env = { ...values, HOME: project.path };
    const all = await Promise.all([1, 2, 3].map(() => project.spawn(script, [], { env })));
    expect(all.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    expect(all.map(({ err }) => err).filter((err) => err !== '')).toEqual(
      Array(2).fill(`${file}: already exists; add --rotate to replace it`),
    );
    expect(Object.keys(project.tree('src/platform')).filter((name) => /sops/.test(name))).toEqual([
      'onepassword-secret.sops.yaml',
    ]);
  });

  test('SOPS_CONFIG names the rule; recipients in the environment do not override it', async () => {
    const { project, recipient, bootstrap } = await makeOperator();
    const other = await makeOperator();
    project.write('.sops.yaml', readRule());
    project.write('elsewhere/rules.yaml', `creation_rules:\n  - ${rule(recipient)}\n`);
    const env = { ...values, SOPS_CONFIG: 'elsewhere/rules.yaml', SOPS_AGE_RECIPIENTS: other.recipient };
    const { code, out, err } = await bootstrap([], { env });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`encrypted by the rule in ${project.path}/elsewhere/rules.yaml`);
    expect(project.read(file)).toContain(recipient);
    expect(project.read(file)).not.toContain(other.recipient);
    project.write('elsewhere/rules.yaml', 'creation_rules: []\n');
    expect((await bootstrap(['--rotate'], { env })).err).toBe(
      `SOPS_CONFIG elsewhere/rules.yaml: no creation rule for ${file}; add one with path_regex, encrypted_regex: ^(data|stringData)$ and your recipient`,
    );
  });

  test('strips a byte order mark before encrypting', async () => {
    const { project, key, bootstrap } = await makeOperator();
    project.write('credentials', `\ufeff${credentials}`);
    project.write('token', `\ufeff${token}\r\n`);
    expect(await bootstrap(['--credentials', 'credentials', '--token', 'token'])).toMatchObject({ code: 0 });
    const { stdout } = await execa(sops ?? '', ['decrypt', file], {
      cwd: project.path,
      env: { SOPS_AGE_KEY: key },
    });
    expect(load(stdout)).toMatchObject({ stringData: { '1password-credentials.json': credentials, token } });
  });

  // `script` gives the command a terminal.
  describe.skipIf(!findTool('script'))('on a terminal', () => {
    async function onTerminal(args: string[], answers: [question: string, answer: string][]) {
      const { project, key } = await makeOperator();
      const command = [process.execPath, ...nodeArguments(script), ...args]
        .map((word) => `'${word}'`)
        .join(' ');
      const child = execa('script', ['-qec', command, '/dev/null'], {
        cwd: project.path,
        env: { HOME: project.path, SOPS_AGE_KEY: key, TERM: 'xterm' },
        reject: false,
      });
      let seen = '';
      let from = 0;
      child.stdout?.on('data', (chunk) => {
        seen += String(chunk);
        const [next] = answers;
        const at = next ? seen.indexOf(next[0], from) : -1;
        if (!next || at < 0) return;
        from = at + next[0].length;
        answers.shift();
        child.stdin?.write(next[1]);
      });
      const { exitCode } = await child;
      return { project, key, exitCode, seen };
    }

    test('Ctrl-C at a prompt ends it without a stack trace', async () => {
      const { project, exitCode, seen } = await onTerminal([], [['Path or content of 1password', '\u0003']]);
      expect(exitCode).toBe(1);
      expect(seen).toMatch(/stopped: nothing was written\r?\n/);
      expect(seen).not.toMatch(/at .*\.js:\d+/);
      expect(project.tree('src/platform')).not.toHaveProperty('onepassword-secret.sops.yaml');
    });

    test('a pasted second line is not taken as the token, and --token - prompts without echo', async () => {
      const { project, exitCode, seen } = await onTerminal(
        ['--token', '-'],
        [
          ['Path or content of 1password', '{\r"MARKqzx": 1}\r'],
          ['is not a JSON object', `\u0015${credentials}\r`],
          ['Connect access token (not shown):', `${token}\r`],
        ],
      );
      expect(seen).not.toMatch(marks);
      expect(exitCode).toBe(0);
      expect(project.read(file)).toMatch(/ENC\[/);
      expect(seen).toContain('credentials from the terminal, token from the terminal');
    });
  });

  test('encrypts values from the environment; sops decrypts them; synth accepts the file', async () => {
    const { project, key, bootstrap } = await makeOperator();
    const { code, out, err } = await bootstrap([], { env: { ...values, SOPS_AGE_KEY: key } });
    expect(err).toBe('');
    expect(out).toBe(
      [
        'credentials from OP_CONNECT_CREDENTIALS, token from OP_CONNECT_TOKEN',
        `${file} written, encrypted by the rule in ${project.path}/.sops.yaml`,
        'verified: the file decrypts to the same values',
        'next: `npm run synth`, then commit src/platform/ and dist/; Flux decrypts it, and Connect starts',
      ].join('\n'),
    );
    expect(code).toBe(0);
    const { stdout } = await execa(sops ?? '', ['decrypt', file], {
      cwd: project.path,
      env: { SOPS_AGE_KEY: key },
    });
    expect(load(stdout)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'onepassword-secret',
        namespace: 'external-secrets',
        labels: { 'app.kubernetes.io/part-of': 'cluster-secrets' },
        annotations: { 'cluster-secrets/token-expires': '2100-01-01T00:00:00Z' },
      },
      type: 'Opaque',
      stringData: { '1password-credentials.json': credentials, token },
    });
    expect(await project.synth()).toMatchObject({ code: 0, err: '' });
    expect(project.read('dist/onepassword-credentials/secret-onepassword-secret.yaml')).toBe(
      project.read(file),
    );
  });

  test('no plaintext in any file, argument, environment of a child, or output', async () => {
    const { project, key, bootstrap } = await makeOperator();
    const log = join(project.path, '.programs/log');
    const env = program(project, 'sops', `#!/bin/sh\n{ echo "$@"; env; } >> '${log}'\nexec '${sops}' "$@"\n`);
    const { code, out, err } = await bootstrap([], { env: { ...env, ...values, SOPS_AGE_KEY: key } });
    expect(code).toBe(0);
    const all = [
      out,
      err,
      ...Object.values(readTree(project.path, (path) => !path.startsWith('node_modules'))),
    ];
    // The marks match every form in which a value could leak.
    expect(`${credentials}${token}${Buffer.from(credentials).toString('base64')}`).toMatch(marks);
    expect(readFileSync(log, 'utf8').match(/^--config \S+ encrypt --filename-override/m)).not.toBeNull();
    for (const text of all) expect(text).not.toMatch(marks);
  });

  test('files and standard input; without a private key it says that it could not verify', async () => {
    const { project, bootstrap } = await makeOperator();
    project.write('given/1password-credentials.json', `${credentials}\n`);
    const { code, out } = await bootstrap(
      ['--credentials', 'given/1password-credentials.json', '--token', '-'],
      {
        input: `${token}\n`,
      },
    );
    expect(code).toBe(0);
    expect(out).toContain(
      'credentials from --credentials given/1password-credentials.json, token from token (standard input)\n',
    );
    expect(out).toContain(
      'not verified, because sops finds no private key: to have the file decrypted and compared, set SOPS_AGE_KEY_FILE',
    );
  });

  test('--rotate replaces the file; synth changes the copy and the pod’s annotation, nothing else', async () => {
    const { project, bootstrap } = await makeOperator();
    await bootstrap([], { env: values });
    await project.synth();
    const before = project.tree('dist');
    const first = project.read(file);
    const again = await bootstrap([], { env: values });
    expect(again.code).toBe(1);
    expect(again.err).toBe(`${file}: already exists; add --rotate to replace it`);
    expect(project.read(file)).toBe(first);
    expect((await bootstrap(['--rotate'], { env: values })).code).toBe(0);
    await project.synth();
    const after = project.tree('dist');
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed).toEqual([
      'onepassword-connect/helmrelease-onepassword-connect.yaml',
      'onepassword-credentials/secret-onepassword-secret.yaml',
    ]);
    const lines = (tree: Record<string, string>) => (tree[changed[0] ?? ''] ?? '').split('\n');
    const different = lines(after).filter((line, index) => line !== lines(before)[index]);
    expect(different).toEqual([
      expect.stringMatching(/^ +cluster-secrets\/credentials-digest: [0-9a-f]{64}$/),
    ]);
  });

  test('base64-encoded credentials are decoded once with --decode', async () => {
    const { project, key, bootstrap } = await makeOperator();
    const env = {
      ...values,
      OP_CONNECT_CREDENTIALS: Buffer.from(credentials).toString('base64'),
      SOPS_AGE_KEY: key,
    };
    const refused = await bootstrap([], { env });
    expect(refused.err).toBe(
      'OP_CONNECT_CREDENTIALS: is base64-encoded, and Connect needs the JSON itself; add --decode',
    );
    expect((await bootstrap(['--decode'], { env })).code).toBe(0);
    const { stdout } = await execa(
      sops ?? '',
      ['decrypt', '--extract', '["stringData"]["1password-credentials.json"]', file],
      {
        cwd: project.path,
        env: { SOPS_AGE_KEY: key },
      },
    );
    expect(stdout).toBe(credentials);
  });

  test('in a bigger repository, its .sops.yaml is used until the project’s rule is filled in', async () => {
    const { project, recipient, bootstrap } = await makeOperator({ at: 'clusters/home' });
    const theirs = `creation_rules:
  - path_regex: clusters/.*\\.sops\\.yaml$
    encrypted_regex: ^(data|stringData)$
    age: ${recipient}
`;
    writeFileSync(join(project.path, '../../.sops.yaml'), theirs);
    for (const ours of [readRule(), 'creation_rules: []\n', undefined]) {
      project.remove('.sops.yaml');
      if (ours !== undefined) project.write('.sops.yaml', ours);
      else project.write('.sops.yaml', '# none\n');
      const { code, out, err } = await bootstrap(['--rotate'], { env: values });
      expect(err).toBe('');
      expect(code).toBe(0);
      expect(out).toContain(`encrypted by the rule in ${join(project.path, '../..')}/.sops.yaml`);
      expect(project.read(file)).toContain(recipient);
    }
  });

  test('a rule that encrypts more than the values is refused, and nothing is written', async () => {
    const { project, recipient, bootstrap } = await makeOperator();
    project.write('.sops.yaml', `creation_rules:\n  - age: ${recipient}\n`);
    const { code, err } = await bootstrap([], { env: values });
    expect(code).toBe(1);
    const todo = `set \`encrypted_regex: ^(data|stringData)$\` in the rule for the file in ${project.path}/.sops.yaml`;
    expect(err.split('\n')).toEqual([
      `sops: kind: must be Secret, of apiVersion v1; ${todo}`,
      `sops: metadata.name: must be 'onepassword-secret' (is encrypted); ${todo}`,
      `sops: metadata.namespace: must be 'external-secrets' (is encrypted); ${todo}`,
    ]);
    expect(Object.keys(project.tree('src/platform'))).not.toContain('onepassword-secret.sops.yaml');
  });

  test('a recipient that sops rejects is reported in its words', async () => {
    const { project, bootstrap } = await makeOperator();
    project.write('.sops.yaml', readRule().replace('age1-put-your-public-key-here', 'age1nobody'));
    const { code, err } = await bootstrap([], { env: values });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^sops: can't encrypt \(.*age1nobody.*\); correct the rule and its recipients in .*\/\.sops\.yaml$/,
    );
  });
});

const encrypted = join(import.meta.dirname, '../examples/rich', file);

/** A sops that succeeds for the trial, which holds nothing secret, and then runs this script. */
const fakeSops = (then = 'exit 7') => `#!/bin/sh
[ "$1" = --disable-version-check ] && echo "sops 3.13.3" && exit 0
[ "$1" = decrypt ] && exit 128
input=$(cat)
case "$input" in *'"token":"trial"'*) exec cat '${encrypted}' ;; esac
${then}
`;
const unused = fakeSops();

async function refusal(
  args: readonly string[],
  env: Record<string, string> = values,
  source = unused,
  rule = 'age1x',
) {
  const project = await makeProject();
  project.write('.sops.yaml', readRule().replace('age1-put-your-public-key-here', rule));
  const before = project.tree('src');
  const { code, out, err } = await project.run(script, args, {
    env: { ...program(project, 'sops', source), ...env },
  });
  expect(project.tree('src')).toEqual(before);
  expect(`${out}${err}`).not.toMatch(marks);
  return { code, err };
}

describe('refusals quote no value, and nothing is written', () => {
  test('both wrong: both reported', async () => {
    const { err } = await refusal([], { OP_CONNECT_CREDENTIALS: '7', OP_CONNECT_TOKEN: 'x' });
    expect(err.split('\n')).toHaveLength(2);
  });

  test('the placeholder of .sops.yaml', async () => {
    expect(await refusal([], values, unused, 'age1-put-your-public-key-here')).toEqual({
      code: 1,
      err: ".sops.yaml: creation_rules: age: is still the placeholder age1-put-your-public-key-here; replace it with the public key of Flux's private key (age1..., printed by `age-keygen -y age.agekey`)",
    });
  });

  test.each([
    ['as they are', `printf '%s' "$input" >&2; exit 7`, 'exit code 7'],
    ['in base64', `printf '%s' "$input" | base64 >&2; exit 7`, 'exit code 7'],
    ['and is ended', `printf '%s' "$input" >&2; kill -9 $$`, 'SIGKILL'],
  ])('a sops that quotes the values %s', async (_name, then, how) => {
    const { code, err } = await refusal([], values, fakeSops(then));
    expect(code).toBe(1);
    expect(err).toMatch(`sops: can't encrypt (${how}); `);
  });

  test('a private key instead of the public one', async () => {
    const { code, err } = await refusal([], values, unused, 'AGE-SECRET-KEY-1QQ');
    expect(code).toBe(1);
    expect(err).toMatch(
      /\/\.sops\.yaml: holds a private key; make a new key pair, and put its public key there \(`age-keygen -y`\)$/,
    );
  });

  test('a folder instead of the file', async () => {
    const project = await makeProject({ files: { [`${file}/x`]: '' } });
    expect(await project.run(script, ['--rotate'], { env: values })).toEqual({
      code: 1,
      out: '',
      err: `${file}: is a folder; move it away`,
    });
  });

  test('no rule', async () => {
    const project = await makeProject();
    project.write('.sops.yaml', 'creation_rules: []\n');
    const { code, err } = await project.run(script, [], {
      env: { ...program(project, 'sops', unused), ...values },
    });
    expect(code).toBe(1);
    expect(err).toBe(
      '.sops.yaml: no creation rule for src/platform/onepassword-secret.sops.yaml, here or in a folder above; add one with path_regex, encrypted_regex: ^(data|stringData)$ and your recipient',
    );
  });

  test('sops too old, or missing', async () => {
    const todo = 'install sops 3.10.0 or newer: https://github.com/getsops/sops/releases';
    expect(await refusal([], values, '#!/bin/sh\necho "sops 3.9.4 (latest)"\n')).toEqual({
      code: 1,
      err: `sops: version 3.9.4 is too old; ${todo}`,
    });
    expect(await refusal([], values, '#!/bin/sh\nexit 3\n')).toEqual({
      code: 1,
      err: `sops: does not print its version (exit code 3); ${todo}`,
    });
    const project = await makeProject();
    const [folder = ''] = program(project, 'sops', '').PATH.split(delimiter);
    chmodSync(join(folder, 'sops'), 0o644);
    expect(await project.run(script, [], { env: { PATH: folder, ...values } })).toMatchObject({
      code: 1,
      err: `sops: does not print its version (EACCES); ${todo}`,
    });
    const { code, err } = await project.run(script, [], {
      env: { PATH: dirname(process.execPath), ...values },
    });
    // If node and sops share a folder, the placeholder is refused first.
    if (!err.startsWith('.sops.yaml'))
      expect({ code, err }).toEqual({ code: 1, err: `sops: is not installed; ${todo}` });
  });

  test.each<[args: string[], message: string]>([
    [
      ['--token', token],
      '--token takes a file, never the token itself: it is now in your shell history and in the npm logs, so revoke it with `op connect token delete` and make a new one',
    ],
    [
      ['--credentials', credentials],
      '--credentials takes a file, never its content: it is now in your shell history and in the npm logs, so delete that server by its ID with `op connect server delete`, and make a new one',
    ],
    [['--credentials', '-', '--token', '-'], 'only one of --credentials and --token can read standard input'],
    [['--from-op', '--token', 'x'], '--from-op provides both: remove --credentials and --token'],
    [['--from-op', 'Connect'], '--from-op takes op://Vault/Item or no value'],
    [
      ['--from-op', '--server=--force'],
      '--server takes a name of letters, digits, spaces, ., _ and - that begins with a letter or digit',
    ],
  ])('used wrongly: %#', async (args, message) => {
    expect(await refusal(args)).toEqual({ code: 2, err: message });
  });

  test('an unknown option is reported without its value', async () => {
    const { code, err } = await refusal([`--tokn=${token}`]);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: unknown option '--tokn'/);
  });

  const give =
    'give --credentials FILE and --token FILE, or --from-op, or none of these with both OP_CONNECT_CREDENTIALS and OP_CONNECT_TOKEN set';
  test.each<[args: string[], env: Record<string, string>, missing: string]>([
    [[], {}, 'no credentials, no token'],
    [['--rotate', '--credentials', 'new.json'], { OP_CONNECT_TOKEN: token }, 'no token'],
    [['--credentials', 'new.json'], values, 'no token'],
    [['--token', '-'], values, 'no credentials'],
    [[], { OP_CONNECT_TOKEN: token }, 'no credentials, no token'],
  ])('only one value given, and no terminal: %j', async (args, env, missing) => {
    expect(await refusal(args, env)).toEqual({ code: 2, err: `${missing}: ${give}` });
  });

  test('files in other encodings', async () => {
    const project = await makeProject();
    project.write('.sops.yaml', readRule().replace('age1-put-your-public-key-here', 'age1x'));
    project.write('utf16', Buffer.from(`\ufeff${credentials}`, 'utf16le'));
    project.write('latin1', Buffer.from('M\u00e4RKqzx', 'latin1'));
    const env = program(project, 'sops', unused);
    const said = async (name: string) =>
      (await project.run(script, ['--credentials', name, '--token', '-'], { env })).err;
    expect(await said('utf16')).toBe('--credentials utf16: is UTF-16 or binary; save it as UTF-8');
    expect(await said('latin1')).toBe('--credentials latin1: is not valid UTF-8; save it as UTF-8');
  });

  test.each(['nowhere.json', `Bearer ${token}`, token.slice(0, 40), 'x'.repeat(5000)])(
    'an argument that is not a file is not shown: %#',
    async (argument) => {
      const { code, err } = await refusal(['--token', argument, '--credentials', '-']);
      expect(code).toBe(1);
      expect(err).toMatch(
        /^--token: is not a readable file \((ENOENT|ENAMETOOLONG)\); give the path of a file, never the secret$/,
      );
    },
  );
});

describe.skipIf(!sops || !ageKeygen)(
  '--from-op, with a stand-in for op that follows its documentation',
  () => {
    const op = `#!/bin/sh
echo "$PWD: $*" >> "$OP_LOG"
[ -n "$OP_CONNECT_HOST$OP_CONNECT_TOKEN" ] && echo 'asks Connect' >&2 && exit 1
case "$*" in
  "connect server list --format json")
    old='{"id":"OLDSERVER","name":"live"}'
    if [ -e "$HOME/made" ]; then echo "[$old,{\\"id\\":\\"NEWSERVER\\",\\"name\\":\\"$(cat "$HOME/made")\\"}]"; else echo "[$old]"; fi ;;
  "connect token create refused "*) echo "[ERROR] 2026/11/24 12:00:00 403 Forbidden" >&2; exit 1 ;;
  "connect server create forbidden "*) echo "[ERROR] 2026/11/24 12:00:00 403 Forbidden" >&2; exit 1 ;;
  "connect server create "*) echo "$4" > "$HOME/made"; printf '%s' '${credentials}' > 1password-credentials.json; echo 'Set up a Connect server.' ;;
  "connect token create "*) echo '${token}' ;;
  "read op://Home/Connect/1password-credentials.json") printf '%s' '${credentials}' ;;
  "read op://Home/Connect/token") echo '${token}' ;;
  *) echo "[ERROR] 2026/11/24 12:00:00 could not find item" >&2; exit 1 ;;
esac
`;

    test('creates a server and a token that can read the vaults, and leaves no plaintext', async () => {
      const { project, key, bootstrap } = await makeOperator({
        files: { 'src/settings.ts': "export default { vaults: ['Kubernetes', 'Shared'] };" },
      });
      const log = join(project.path, 'op.log');
      const env = {
        ...program(project, 'op', op),
        OP_LOG: log,
        HOME: project.path,
        SOPS_AGE_KEY: key,
        OP_CONNECT_HOST: 'http://localhost:1',
        OP_CONNECT_TOKEN: token,
      };
      const { code, err } = await bootstrap(['--from-op', '--server', 'home'], { env });
      expect(err).toBe('created the Connect server home; `op connect server delete NEWSERVER` removes it');
      expect(code).toBe(0);
      const lines = readFileSync(log, 'utf8').trim().split('\n');
      expect(lines.map((line) => line.replace(/^.*?: /, ''))).toEqual([
        'connect server list --format json',
        'connect server create home --vaults Kubernetes,Shared',
        'connect server list --format json',
        'connect token create home --server NEWSERVER --vault Kubernetes,r --vault Shared,r',
      ]);
      const folder = lines[0]?.split(': ')[0] ?? '';
      expect(folder).toMatch(/cluster-secrets-/);
      expect(() => readFileSync(join(folder, '1password-credentials.json'))).toThrow('ENOENT');
      project.remove('.programs');
      for (const text of Object.values(readTree(project.path, (path) => !path.startsWith('node_modules')))) {
        expect(text).not.toMatch(marks);
      }
    });

    test('reads an item', async () => {
      const { project, bootstrap } = await makeOperator();
      const env = { ...program(project, 'op', op), OP_LOG: '/dev/null' };
      expect(await bootstrap(['--from-op', 'op://Home/Connect'], { env })).toMatchObject({
        code: 0,
        err: '',
      });
      const refused = await bootstrap(['--rotate', '--from-op', 'op://Home/Other'], { env });
      expect(refused).toMatchObject({
        code: 1,
        err: 'op read op://Home/Other/1password-credentials.json: finds no such item; correct its name',
      });
    });

    test('refuses a name in use, and suggests another', async () => {
      const { project, bootstrap } = await makeOperator();
      const log = join(project.path, 'op.log');
      const env = { ...program(project, 'op', op), OP_LOG: log, HOME: project.path };
      expect(await bootstrap(['--from-op', '--server', 'live'], { env })).toEqual({
        code: 1,
        out: '',
        err: '--server live: is the name of an existing Connect server; choose another, such as --server live-2',
      });
      expect(readFileSync(log, 'utf8')).not.toContain('create');
    });

    test('after a failure: how to delete what was created, by its ID, if anything was', async () => {
      const { project, bootstrap } = await makeOperator();
      const env = { ...program(project, 'op', op), OP_LOG: '/dev/null', HOME: project.path };
      const ask =
        'says that you are not allowed to do this; ask an administrator of the 1Password account for permission to manage Connect servers, and for access to these vaults';
      expect((await bootstrap(['--from-op', '--server', 'forbidden'], { env })).err).toBe(
        `op connect server create forbidden --vaults Kubernetes: ${ask}`,
      );
      expect((await bootstrap(['--from-op', '--server', 'refused'], { env })).err).toBe(
        `op connect token create refused --server NEWSERVER --vault Kubernetes,r: ${ask}; delete the new server, whose credentials are lost, with \`op connect server delete NEWSERVER\``,
      );
    });

    test.each([
      ['account is not signed in', 'says that you are not signed in; run `op signin`'],
      [
        '"x" isn\'t a vault in this account',
        'finds no such vault in your account; correct vaults in src/settings.ts, or sign in to an account that can read it',
      ],
      [
        'service accounts are not supported',
        'says that service accounts are not allowed to do this; unset OP_SERVICE_ACCOUNT_TOKEN and sign in as yourself with `op signin`',
      ],
    ])('op refuses: %s', async (said, meaning) => {
      const { project, bootstrap } = await makeOperator();
      const refusing = `#!/bin/sh\necho "[ERROR] 2026/11/24 12:00:00 ${said.replaceAll('"', '')}" >&2; exit 1\n`;
      const { err } = await bootstrap(['--from-op'], { env: program(project, 'op', refusing) });
      expect(err).toBe(`op connect server list --format json: ${meaning}`);
    });

    test('a service account can’t create a server: op is not even called', async () => {
      const { project, bootstrap } = await makeOperator();
      const env = { ...program(project, 'op', op), OP_LOG: '/dev/null', OP_SERVICE_ACCOUNT_TOKEN: 'MARKqzx' };
      expect((await bootstrap(['--from-op'], { env })).err).toBe(
        'OP_SERVICE_ACCOUNT_TOKEN: is set, and service accounts cannot create Connect servers; unset it and sign in as yourself with `op signin`',
      );
    });

    test('does not print op’s own messages', async () => {
      const { project, bootstrap } = await makeOperator();
      const leaky = `#!/bin/sh\necho '[ERROR] 2026/11/24 12:00:00 ${token}' >&2; exit 6\n`;
      const { code, out, err } = await bootstrap(['--from-op'], { env: program(project, 'op', leaky) });
      expect({ code, out, err }).toEqual({
        code: 1,
        out: '',
        err: 'op connect server list --format json: failed (exit code 6); sign in with `op signin`, and check the names and your permissions',
      });
    });

    test('a rule that sops can’t use, or that encrypts too much: no server is created', async () => {
      for (const rule of ['age: age1nobody', 'encrypted_regex: ^nothing$']) {
        const { project, recipient, bootstrap } = await makeOperator();
        const age = rule.startsWith('age') ? rule : `age: ${recipient}\n    ${rule}`;
        project.write('.sops.yaml', `creation_rules:\n  - path_regex: .*\n    ${age}\n`);
        const log = join(project.path, 'op.log');
        const { code } = await bootstrap(['--from-op'], {
          env: { ...program(project, 'op', op), OP_LOG: log },
        });
        expect(code).toBe(1);
        expect(existsSync(log)).toBe(false);
      }
    });

    const left = () => readdirSync(shared).filter((name) => name.startsWith('cluster-secrets-bootstrap-'));

    test('interrupted while op creates the server: the plaintext is removed; killed: the next run removes it', async () => {
      const { project, bootstrap } = await makeOperator();
      const started = join(project.path, 'started');
      const slow = `#!/bin/sh\n[ "$3" = list ] && echo '[]' && exit\necho MARKqzx > 1password-credentials.json\necho $PPID > '${started}'\nexec sleep 600\n`;
      const env = { ...program(project, 'op', slow), HOME: project.path };
      const start = async () => {
        rmSync(started, { force: true });
        const child = spawnCommand(project, script, ['--from-op'], env);
        const pid = await vi.waitFor(
          () => Number(readFileSync(started, 'utf8').trim() || Number.NaN),
          60_000,
        );
        return { child, pid };
      };
      const stopped = await start();
      process.kill(stopped.pid, 'SIGTERM');
      const { exitCode, stderr } = await stopped.child;
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^op connect server create .*: was interrupted; try again$/);
      const mine = (pid: number) => left().filter((name) => name.includes(`-${pid}-`));
      expect(mine(stopped.pid)).toEqual([]);

      const killed = await start();
      process.kill(killed.pid, 'SIGKILL');
      await killed.child;
      expect(mine(killed.pid)).toHaveLength(1);
      const { err } = await bootstrap([], { env: values });
      expect(err).toMatch(
        new RegExp(
          `^removed ${shared}/cluster-secrets-bootstrap-${killed.pid}-\\w+, left behind by a bootstrap`,
        ),
      );
      expect(mine(killed.pid)).toEqual([]);
    });
  },
);

test('git ignores the files you make along the way', async () => {
  const project = await makeProject({ git: true, at: 'clusters/home' });
  const names = ['1password-credentials.json', 'token', 'age.agekey'];
  for (const name of [...names, 'src/token']) project.write(name, '');
  const { stdout } = await execa('git', ['status', '--porcelain', '-uall'], { cwd: project.path });
  const seen = stdout.split('\n').map((line) => line.replace('?? clusters/home/', ''));
  expect(seen).toContain('src/token');
  expect(seen.filter((name) => names.includes(name))).toEqual([]);
});
