import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, packageVersion } from '../package.js';

/** Regular expression, for sops, of the path of a project's bootstrap Secret. */
const secretPattern = 'src/onepassword-secret\\.sops\\.yaml$';

const scripts = [
  'synth',
  'bootstrap',
  'add-secret',
  'check-items',
  'status',
  'acceptance',
  'flux-entry',
  'hand-over',
  'diff',
  'graph',
];

/**
 * The files of a new project, by path. They belong to the user from then on: an upgrade only changes the version
 * in `package.json`.
 *
 * @param name The name in `package.json`.
 * @param dependency This package's version in `package.json`, or another npm package spec.
 */
export function projectFiles(name: string, dependency = packageVersion()): ReadonlyMap<string, string> {
  const shipped = (file: string) => readFileSync(join(packageFolder, file), 'utf8');
  // Our own copies of these files import from the sources.
  const imported = (text: string) =>
    text.replaceAll(/'(#cluster-secrets|\.\/src\/index\.js)'/g, "'cluster-secrets'");
  return new Map([
    [
      'package.json',
      json({
        name,
        private: true,
        type: 'module',
        engines: { node: '>=20.12' },
        // Files from an old copy of the repository import from #cluster-secrets.
        imports: { '#cluster-secrets': 'cluster-secrets' },
        scripts: Object.fromEntries(scripts.map((one) => [one, `cluster-secrets ${one}`])),
        dependencies: { 'cluster-secrets': dependency },
      }),
    ],
    [
      'tsconfig.json',
      json({
        compilerOptions: {
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          allowImportingTsExtensions: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
        },
        include: ['main.ts', 'src'],
      }),
    ],
    [
      'cdk8s.yaml',
      'language: typescript\napp: npx cluster-secrets synth\n# synth itself writes dist/.\noutput: .cdk8s\n',
    ],
    ['main.ts', imported(shipped('main.ts'))],
    ['src/settings.ts', imported(shipped('src/settings.ts'))],
    ['src/secrets/_example.ts', imported(shipped('src/secrets/_example.ts'))],
    [
      '.sops.yaml',
      `# The keys that sops encrypts with: https://getsops.io/docs/#using-sopsyaml-conf-to-select-kms-pgp-and-age-for-new-files
creation_rules:
  - path_regex: ${secretPattern}
    encrypted_regex: ^(data|stringData)$
    # Replace this with the public key of Flux's age key: age1...
    age: age1-put-your-public-key-here
`,
    ],
    [
      '.sourceignore',
      `# Not manifests: if Flux's path covers this folder, it must apply only dist/.
# https://fluxcd.io/flux/components/source/gitrepositories/#sourceignore-file
/.sops.yaml
/cdk8s.yaml
/node_modules/
/src/
`,
    ],
    [
      '.gitignore',
      `# Flux and synth need these, even if a .gitignore above this folder excludes them.
!/dist/
!/dist/**
!/src/
!/src/**/
!/src/**/*.ts
!/src/**/*.sops.yaml
!/.sourceignore
!/main.ts
!/package.json
!/package-lock.json
node_modules/
.dist-*/
.cdk8s/
# Plaintext you may create here while making the bootstrap Secret.
1password-credentials.json
/token
*.agekey
`,
    ],
    [
      '.gitattributes',
      '# Converting line endings would break the SOPS MAC.\n*.sops.yaml -text\ndist/** -text linguist-generated\n',
    ],
    ['README.md', readme(name)],
  ]);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readme(name: string): string {
  return `# ${name}
Secrets from 1Password for this cluster, declared in TypeScript with [cluster-secrets](https://www.npmjs.com/package/cluster-secrets).

| | |
|---|---|
| \`src/settings.ts\` | settings; every field is optional |
| \`src/secrets/<app>.ts\` | app secrets, one file per app; \`_example.ts\` shows one |
| \`src/onepassword-secret.sops.yaml\` | Connect's credentials and token, encrypted by \`npm run bootstrap\` |
| \`main.ts\` | composes the cluster; add your own units here |
| \`dist/\` | what Flux applies; written by \`npm run synth\`, never edited by hand |

\`\`\`sh
npm install
npm run synth        # write dist/; commit it
npm run add-secret   # ask for an app secret, and write its file and dist/
npm run check-items  # check that 1Password has everything that src/secrets/ uses
npm run status       # show the state of the cluster
npm run flux-entry   # check that Flux applies dist/
npm run diff         # show what a push changes in the cluster
\`\`\`

To upgrade, run \`npm install --save-exact cluster-secrets@latest\` and \`npm run synth\`, read \`npm run diff\`, and commit.
`;
}
