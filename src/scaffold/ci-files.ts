/**
 * The workflow and the Renovate preset at the top of the repository, for a project in a folder of it.
 *
 * @param prefix The folder: '' or `clusters/home/`.
 */
export function ciFiles(prefix: string): ReadonlyMap<string, string> {
  const folder = prefix === '' ? '.' : prefix.slice(0, -1);
  return new Map([
    ['.github/workflows/cluster-secrets.yaml', workflow(folder, prefix)],
    ['.github/renovate-cluster-secrets.json', renovate(prefix)],
  ]);
}

function workflow(folder: string, prefix: string): string {
  return `# Written by \`cluster-secrets init --ci\`: dist/ is what the sources say, and valid; on Renovate's branch it is
# written anew. A pull request of a fork gets no token that could write.
name: cluster-secrets
on:
  pull_request:
    paths: ['${prefix}**', '.github/workflows/cluster-secrets.yaml']
  push:
    branches: ['renovate/**']
permissions:
  contents: read
concurrency:
  group: cluster-secrets-\${{ github.ref }}
  cancel-in-progress: true
defaults:
  run:
    working-directory: ${folder}
jobs:
  check:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
        with:
          node-version: 22
      - run: npm ci
      - run: npx cluster-secrets synth --check
  synth:
    if: github.event_name == 'push'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: write
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
        with:
          node-version: 22
      - run: npm ci
      - run: npx cluster-secrets synth
      - name: commit dist/
        run: |
          git add dist
          if ! git diff --cached --quiet; then
            git config user.name 'github-actions[bot]'
            git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
            git commit -m 'Synthesize dist/'
            git push
          fi
`;
}

function renovate(prefix: string): string {
  return `${JSON.stringify(
    {
      $schema: 'https://docs.renovatebot.com/renovate-schema.json',
      description: 'dist/ is written by cluster-secrets synth: its versions come with the package',
      ignorePaths: [`${prefix}dist/**`],
      packageRules: [
        {
          matchPackageNames: ['cluster-secrets'],
          matchFileNames: [`${prefix}package.json`],
          rangeStrategy: 'pin',
        },
      ],
      gitIgnoredAuthors: ['41898282+github-actions[bot]@users.noreply.github.com'],
    },
    null,
    2,
  )}\n`;
}
