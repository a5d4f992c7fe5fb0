import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { makeProject, type Project, type RunOptions, readTree } from '../project.js';
import { findTool } from '../tools.js';

const sops = findTool('sops');
const ageKeygen = findTool('age-keygen');

const file = 'src/platform/onepassword-secret.sops.yaml';
const script = 'src/cli/bootstrap.ts';

// Marks, so that a value that leaks is found wherever it is.
const good = {
  verifier: { salt: 'MARKqzx-salt', localHash: 'MARKqzx-hash' },
  encCredentials: { kid: 'k', enc: 'A256GCM', cty: 'b5+jwk+json', iv: 'MARKqzx-iv', data: 'MARKqzx-data' },
  version: '2',
  deviceUuid: 'MARKqzx-device',
  uniqueKey: { alg: 'A256GCM', ext: true, k: 'MARKqzx-key', key_ops: ['encrypt'], kty: 'oct', kid: 'k' },
};
const credentials = JSON.stringify(good);
const packed = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (payload: unknown) =>
  `${packed({ alg: 'ES256' })}.${packed(payload)}.${packed('MARKqzx-signature')}`;
const token = jwt({ sub: 'MARKqzx-subject', exp: 4102444800 });
// The mark, and what base64 can make of it.
const marks = /MARKqzx|TUFSS3F6|1BUktxen|NQVJLcXp4/;

interface Operator {
  readonly project: Project;
  readonly key: string;
  readonly recipient: string;
  /** Runs bootstrap; only what is given here is in its environment. */
  bootstrap(args: readonly string[], options?: RunOptions): ReturnType<Project['run']>;
}

/** A project whose rule names a fresh age key; the private key is not at hand unless SOPS_AGE_KEY is given. */
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
  return readFileSync(join(import.meta.dirname, '../../.sops.yaml'), 'utf8');
}

const values = { OP_CONNECT_CREDENTIALS: credentials, OP_CONNECT_TOKEN: token };

/** Puts a program in front of the PATH. */
function program(project: Project, name: string, source: string): { PATH: string } {
  const path = join(project.path, '.programs', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  chmodSync(path, 0o755);
  return { PATH: `${dirname(path)}${delimiter}${process.env['PATH']}` };
}

describe.skipIf(!sops || !ageKeygen)('with the real sops', () => {
  test('encrypts what the environment has; sops gives it back; synth takes it', async () => {
    const { project, key, bootstrap } = await makeOperator();
    const { code, out, err } = await bootstrap([], { env: { ...values, SOPS_AGE_KEY: key } });
    expect(err).toBe('');
    expect(out).toBe(
      [
        `${file} written, encrypted by the rule in ${project.path}/.sops.yaml`,
        'decrypted again: both values are as they were given',
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
      metadata: { name: 'onepassword-secret', namespace: 'external-secrets' },
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
    // The shapes that a value could have leaked in are what the marks look for.
    expect(`${credentials}${token}${Buffer.from(credentials).toString('base64')}`).toMatch(marks);
    expect(readFileSync(log, 'utf8').match(/^encrypt --filename-override/m)).not.toBeNull();
    for (const text of all) expect(text).not.toMatch(marks);
  });

  test('files and standard input; without a private key it says that it could not decrypt', async () => {
    const { project, bootstrap } = await makeOperator();
    project.write('given/1password-credentials.json', `${credentials}\n`);
    const { code, out } = await bootstrap(
      ['--credentials', 'given/1password-credentials.json', '--token', '-'],
      {
        input: `${token}\n`,
      },
    );
    expect(code).toBe(0);
    expect(out).toContain('not decrypted again: the private key is not on this machine');
  });

  test('--rotate puts another file there; synth changes the copy and the annotation of the pod, nothing else', async () => {
    const { project, bootstrap } = await makeOperator();
    await bootstrap([], { env: values });
    await project.synth();
    const before = project.tree('dist');
    const first = project.read(file);
    const again = await bootstrap([], { env: values });
    expect(again.code).toBe(1);
    expect(again.err).toBe(`${file}: is there already; add --rotate to put a new one in its place`);
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

  test('base64 of the credentials is decoded once, when asked to', async () => {
    const { project, key, bootstrap } = await makeOperator();
    const env = {
      ...values,
      OP_CONNECT_CREDENTIALS: Buffer.from(credentials).toString('base64'),
      SOPS_AGE_KEY: key,
    };
    const refused = await bootstrap([], { env });
    expect(refused.err).toBe(
      'OP_CONNECT_CREDENTIALS: is base64 of the credentials JSON, and Connect wants the JSON; add --decode',
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

  test('in a bigger repository, its .sops.yaml is used while the rule of the project is not filled in', async () => {
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

  test('a rule that encrypts more than the values is refused, and nothing written', async () => {
    const { project, recipient, bootstrap } = await makeOperator();
    project.write('.sops.yaml', `creation_rules:\n  - age: ${recipient}\n`);
    const { code, err } = await bootstrap([], { env: values });
    expect(code).toBe(1);
    const todo = 'give the rule for the file in .sops.yaml `encrypted_regex: ^(data|stringData)$`';
    expect(err.split('\n')).toEqual([
      `sops: kind: is not that of a v1 Secret; ${todo}`,
      `sops: metadata.name: is encrypted and must be 'onepassword-secret'; ${todo}`,
      `sops: metadata.namespace: is encrypted and must be 'external-secrets'; ${todo}`,
    ]);
    expect(Object.keys(project.tree('src/platform'))).not.toContain('onepassword-secret.sops.yaml');
  });

  test('a recipient that sops does not know is told in its words', async () => {
    const { project, bootstrap } = await makeOperator();
    project.write('.sops.yaml', readRule().replace('age1-put-your-public-key-here', 'age1nobody'));
    const { code, err } = await bootstrap([], { env: values });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^sops: can't encrypt \(.*age1nobody.*\); correct the rule and its recipients in \.sops\.yaml$/,
    );
  });
});

/** A sops that is there and new, and must not be asked to encrypt. */
const unused = '#!/bin/sh\n[ "$1" = --disable-version-check ] && echo "sops 3.13.3" && exit 0\nexit 7\n';

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

describe('refused, without a value in the message, and nothing written', () => {
  test('both wrong: both told', async () => {
    const { err } = await refusal([], { OP_CONNECT_CREDENTIALS: '7', OP_CONNECT_TOKEN: 'x' });
    expect(err.split('\n')).toHaveLength(2);
  });

  test('the placeholder of .sops.yaml', async () => {
    expect(await refusal([], values, unused, 'age1-put-your-public-key-here')).toEqual({
      code: 1,
      err: '.sops.yaml: creation_rules: age: is still the placeholder age1-put-your-public-key-here; put the public key there that Flux has the private key of (age1..., printed by `age-keygen -y age.agekey`)',
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
      '.sops.yaml: there is no creation rule for src/platform/onepassword-secret.sops.yaml, here or in a folder above; add one with path_regex, encrypted_regex: ^(data|stringData)$ and your recipient',
    );
  });

  test('sops too old, or missing', async () => {
    const todo = 'install sops 3.10.0 or newer: https://github.com/getsops/sops/releases';
    expect(await refusal([], values, '#!/bin/sh\necho "sops 3.9.4 (latest)"\n')).toEqual({
      code: 1,
      err: `sops: is 3.9.4, which is too old; ${todo}`,
    });
    const project = await makeProject();
    const { code, err } = await project.run(script, [], {
      env: { PATH: dirname(process.execPath), ...values },
    });
    // Where node and sops are in one folder, the first refusal is that of the placeholder.
    if (!err.startsWith('.sops.yaml'))
      expect({ code, err }).toEqual({ code: 1, err: `sops: is not installed; ${todo}` });
  });

  test.each<[args: string[], message: string]>([
    [
      ['--token', token],
      '--token takes a file, never the token itself: arguments stay in the history of the shell',
    ],
    [
      ['--credentials', credentials],
      '--credentials takes a file, never its content: arguments stay in the history of the shell',
    ],
    [['--credentials', '-', '--token', '-'], 'only one of --credentials and --token can be standard input'],
    [['--from-op', '--token', 'x'], '--from-op reads both: leave --credentials and --token out'],
    [['--from-op', 'Connect'], '--from-op takes op://Vault/Item, or nothing'],
  ])('used wrongly: %#', async (args, message) => {
    expect(await refusal(args)).toEqual({ code: 2, err: message });
  });

  test('an unknown option is told without its value', async () => {
    const { code, err } = await refusal([`--tokn=${token}`]);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: unknown option '--tokn'/);
  });

  test('nothing given, and nobody to ask', async () => {
    expect(await refusal([], {})).toEqual({
      code: 2,
      err: 'no credentials: give --credentials FILE, OP_CONNECT_CREDENTIALS or --from-op',
    });
  });

  test.each(['nowhere.json', `Bearer ${token}`, token.slice(0, 40), 'x'.repeat(5000)])(
    'what is no file is not shown: %#',
    async (argument) => {
      const { code, err } = await refusal(['--token', argument, '--credentials', '-']);
      expect(code).toBe(1);
      expect(err).toMatch(
        /^--token: is no file that can be read \((ENOENT|ENAMETOOLONG)\); give the path of a file, never the secret$/,
      );
    },
  );
});

describe.skipIf(!sops || !ageKeygen)('--from-op, with an op that does what its documentation says', () => {
  const op = `#!/bin/sh
echo "$PWD: $*" >> "$OP_LOG"
case "$*" in
  "connect server create "*) printf '%s' '${credentials}' > 1password-credentials.json; echo 'Set up a Connect server.' ;;
  "connect token create "*) echo '${token}' ;;
  "read op://Home/Connect/1password-credentials.json") printf '%s' '${credentials}' ;;
  "read op://Home/Connect/token") echo '${token}' ;;
  *) echo "[ERROR] 2026/11/24 12:00:00 could not find item" >&2; exit 1 ;;
esac
`;

  test('makes a server and a token that may read the vaults, and leaves no plaintext', async () => {
    const { project, key, bootstrap } = await makeOperator({
      files: { 'src/settings.ts': "export default { vaults: ['Kubernetes', 'Shared'] };" },
    });
    const log = join(project.path, 'op.log');
    const env = { ...program(project, 'op', op), OP_LOG: log, SOPS_AGE_KEY: key };
    const { code, err } = await bootstrap(['--from-op', '--server', 'home'], { env });
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines.map((line) => line.replace(/^.*?: /, ''))).toEqual([
      'connect server create home --vaults Kubernetes,Shared',
      'connect token create home --server home --vault Kubernetes,r --vault Shared,r',
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
    expect(await bootstrap(['--from-op', 'op://Home/Connect'], { env })).toMatchObject({ code: 0, err: '' });
    const refused = await bootstrap(['--rotate', '--from-op', 'op://Home/Other'], { env });
    expect(refused).toMatchObject({
      code: 1,
      err: 'op read: failed (could not find item); sign in with `op signin`, and check the names',
    });
  });
});
