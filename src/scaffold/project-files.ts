import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, packageVersion } from '../package.js';

/** Where the bootstrap Secret of a project is, as the regular expressions of sops see it. */
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
 * The files of an operator's project, by path. They are the operator's from then on: an upgrade is a version in
 * `package.json`.
 *
 * @param name What `package.json` calls the project.
 * @param dependency What `package.json` says of this package: a version, or where else npm finds it.
 */
export function projectFiles(name: string, dependency = packageVersion()): ReadonlyMap<string, string> {
  const shipped = (file: string) => readFileSync(join(packageFolder, file), 'utf8');
  // The package's own files import from its sources.
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
        // Files of an older copy import from #cluster-secrets.
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
      `# Which key encrypts which file: https://getsops.io/docs/#using-sopsyaml-conf-to-select-kms-pgp-and-age-for-new-files
creation_rules:
  - path_regex: ${secretPattern}
    encrypted_regex: ^(data|stringData)$
    # Put the public key of the age key that Flux decrypts with here: age1...
    age: age1-put-your-public-key-here
`,
    ],
    [
      '.sourceignore',
      `# What Flux must never take for manifests when its path covers this folder: of all that is here it applies dist/.
# https://fluxcd.io/flux/components/source/gitrepositories/#sourceignore-file
/.sops.yaml
/cdk8s.yaml
/node_modules/
/src/
`,
    ],
    [
      '.gitignore',
      `# What Flux and the next synth need, whatever a .gitignore above this folder takes away.
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
# Plaintext that one makes here on the way to the bootstrap Secret.
1password-credentials.json
/token
*.agekey
`,
    ],
    [
      '.gitattributes',
      '# A SOPS MAC covers the file as it was written.\n*.sops.yaml -text\ndist/** -text linguist-generated\n',
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
| \`src/secrets/<app>.ts\` | the app secrets, one file an app; \`_example.ts\` shows one |
| \`src/onepassword-secret.sops.yaml\` | Connect's credentials, encrypted: \`npm run bootstrap\` |
| \`main.ts\` | what the cluster is made of; units of your own go there |
| \`dist/\` | what Flux applies; written by \`npm run synth\`, never by hand |

\`\`\`sh
npm install
npm run synth        # writes dist/: commit it
npm run add-secret   # asks for an app secret, writes its file and dist/
npm run check-items  # does 1Password have all that src/secrets/ uses?
npm run status       # what the cluster says
npm run flux-entry   # does Flux apply dist/?
\`\`\`

Upgrade: \`npm install --save-exact cluster-secrets@latest\`, \`npm run synth\`, look at the diff of \`dist/\`, commit.
`;
}
