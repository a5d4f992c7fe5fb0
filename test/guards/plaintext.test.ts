import { expect, test } from 'vitest';
import { problemLine } from '../../src/errors.js';
import { plaintextProblems } from '../../src/guards/plaintext.js';
import { RepositoryFiles } from '../../src/repository/files.js';
import { findRepository } from '../../src/repository.js';
import { makeProject, root } from '../project.js';

const credentials =
  // Split, so that this file does not count as credentials itself.
  `{"verifier":{"salt":"MARK","localHash":"MARK"},"encCredentials":${'{"kid":"MARK"}'},"version":"2"}`;
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${part({ alg: 'ES256', typ: 'JWT' })}.${part({ sub: 'MARK-MARK-MARK' })}.${part('MARK-signature')}`;
const gone = 'remove it from the file and from the git history, and replace it with a new one';
const encrypt = 'remove it from the file and from the git history, and encrypt it with `npm run bootstrap`';
const sops = 'encrypt the file with sops, or remove it';

const cases: readonly (readonly [file: string, content: string | Buffer, lines: readonly string[]])[] = [
  [
    'src/notes.txt',
    `# key\nAGE-SECRET-KEY-1${'Q'.repeat(58)}\n`,
    [`src/notes.txt:2: holds an age private key; ${gone}`],
  ],
  [
    'src/secrets/_app.ts',
    `\n\nconst token = '${jwt}';\n`,
    [`src/secrets/_app.ts:3: holds a token (a JWT); ${gone}`],
  ],
  [
    'src/platform/1password-credentials.json',
    credentials,
    [`src/platform/1password-credentials.json:1: holds Connect's credentials in plaintext; ${encrypt}`],
  ],
  [
    'src/platform/x.yaml',
    `a: ${Buffer.from(credentials).toString('base64')}\n`,
    [`src/platform/x.yaml:1: holds Connect's credentials in base64; base64 is not encryption: ${encrypt}`],
  ],
  [
    'src/platform/y.yaml',
    `a: ${Buffer.from(` ${credentials}`).toString('base64')}\n`,
    [`src/platform/y.yaml:1: holds Connect's credentials in base64; base64 is not encryption: ${encrypt}`],
  ],
  [
    'src/platform/z.yaml',
    `a: ${Buffer.from(`  ${credentials}`).toString('base64')}\n`,
    [`src/platform/z.yaml:1: holds Connect's credentials in base64; base64 is not encryption: ${encrypt}`],
  ],
  [
    'src/secret.yaml',
    'a: 1\n---\nkind: Secret\nstringData:\n  token: MARK\n  empty: ""\ndata: {more: TUFSSw==}\n',
    [
      `src/secret.yaml: data.more: is an unencrypted value of a Secret; ${sops}`,
      `src/secret.yaml: stringData.token: is an unencrypted value of a Secret; ${sops}`,
    ],
  ],
  [
    'src/secret.json',
    '{"kind": "Secret", "data": {"a": "TUFSSw=="}}',
    [`src/secret.json: data.a: is an unencrypted value of a Secret; ${sops}`],
  ],
  [
    'src/list.yaml',
    'kind: List\nitems:\n  - kind: Secret\n    data: {a: TUFSSw==}\n',
    [`src/list.yaml: data.a: is an unencrypted value of a Secret; ${sops}`],
  ],
  [
    'src/broken.yaml',
    'kind: Secret\ndata: {MARK: [\n',
    [`src/broken.yaml: says \`kind: Secret\`, and can't be read (deficient indentation, line 3); ${sops}`],
  ],
  [
    'src/comment.YML',
    'kind: Secret # MARK\ndata: {a: TUFSSw==}\n',
    [`src/comment.YML: data.a: is an unencrypted value of a Secret; ${sops}`],
  ],
  [
    'src/utf16.yaml',
    Buffer.from('\uFEFFkind: !!str Secret\nstringData: {a: MARK}\n', 'utf16le'),
    [`src/utf16.yaml: stringData.a: is an unencrypted value of a Secret; ${sops}`],
  ],
  [
    'src/credentials.yaml',
    'verifier: {}\nencCredentials' + ':\n  kid: MARK\n  enc: MARK\n',
    [`src/credentials.yaml:2: holds Connect's credentials in plaintext; ${encrypt}`],
  ],
  [
    'src/credentials.ts',
    'export default { uniqueKey' + ": { alg: 'MARK' } };\n",
    [`src/credentials.ts:1: holds Connect's credentials in plaintext; ${encrypt}`],
  ],
  [
    'dist/onepassword-store/secret.yaml',
    'kind: Secret\ndata: {a: TUFSSw==}\n',
    [`dist/onepassword-store/secret.yaml: data.a: is an unencrypted value of a Secret; ${sops}`],
  ],
];

test.each([[[]], [['--check']]])(
  'all of it is refused by synth %j, and not shown',
  async (args: string[]) => {
    const files = Object.fromEntries(cases.map(([file, content]) => [file, content]));
    const project = await makeProject({ files });
    const { code, out, err } = await project.synth(...args);
    expect(code).toBe(1);
    expect(err.split('\n').toSorted()).toEqual(cases.flatMap(([, , lines]) => lines).toSorted());
    expect(`${out}${err}`).not.toMatch(/MARK|TUFSS|AGE-SECRET-KEY/);
  },
);

test('the project itself and texts about secrets pass', async () => {
  const files = new RepositoryFiles({
    project: root,
    repository: findRepository(root),
    otherClusters: [],
  });
  expect(files.ofProject.length).toBeGreaterThan(100);
  expect(plaintextProblems(root, files.ofProject).map(problemLine)).toEqual([]);
  const project = await makeProject({
    example: 'rich',
    files: {
      'src/notes.md': 'AGE-SECRET-KEY-1..., eyJ..., kind: Secret, "encCredentials"',
      'src/secrets/_kinds.ts': "export const kind = 'Secret';\n// kind: Secret\n// data: { a: 'b' }\n",
    },
  });
  expect(await project.synth()).toMatchObject({ code: 0, err: '' });
});

const connectToken = [
  part({ alg: 'ES256', typ: 'JWT' }),
  part({ '1password.com/auuid': 'MARK', sub: 'MARK' }),
  part('MARK-signature'),
].join('.');

test.each([true, false])(
  'plaintext beside src/ that would be committed, in a git repository: %s',
  async (git) => {
    const project = await makeProject({
      git,
      files: {
        '.gitignore': '/ignored\n',
        'age.agekey': `AGE-SECRET-KEY-1${'Q'.repeat(58)}\n`,
        '1password-credentials.json': credentials,
        token: jwt,
        'docs/token': connectToken,
        // Other programs' files in other folders are left alone.
        'apps/secret.yaml': 'kind: Secret\nstringData: {a: MARK}\n',
        'apps/config.js': `const key = '${jwt}';\n`,
        ignored: jwt,
      },
    });
    const { code, err } = await project.synth();
    expect(code).toBe(1);
    const lines = [
      `1password-credentials.json:1: holds Connect's credentials in plaintext; ${encrypt}`,
      `age.agekey:1: holds an age private key; ${gone}`,
      `docs/token:1: holds a Connect token (a JWT); ${gone}`,
      `token:1: holds a token (a JWT); ${gone}`,
    ];
    // Without git nothing is ignored.
    if (!git) lines.push(`ignored:1: holds a token (a JWT); ${gone}`);
    expect(err.split('\n').toSorted()).toEqual(lines.toSorted());
    expect(err).not.toMatch(/MARK|AGE-SECRET-KEY/);
  },
);

test('the .gitignore covers what the README puts into the project’s folder', async () => {
  const project = await makeProject({
    git: true,
    files: {
      'age.agekey': `AGE-SECRET-KEY-1${'Q'.repeat(58)}\n`,
      '1password-credentials.json': credentials,
      token: jwt,
    },
  });
  expect((await project.synth()).code).toBe(0);
});
