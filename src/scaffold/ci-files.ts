import { commentMark } from '../changes/comment-mark.js';

/**
 * The workflow and the Renovate preset for the root of the repository.
 *
 * @param prefix The project's folder in the repository: '' or `clusters/home/`.
 */
export function ciFiles(prefix: string): ReadonlyMap<string, string> {
  const folder = prefix === '' ? '.' : prefix.slice(0, -1);
  return new Map([
    ['.github/workflows/cluster-secrets.yaml', workflow(folder, prefix)],
    ['.github/renovate-cluster-secrets.json', renovate(prefix)],
  ]);
}

function workflow(folder: string, prefix: string): string {
  return `# Written by \`cluster-secrets init --ci\`. Checks that dist/ is valid and matches the sources, and comments on
# pull requests with what they change in the cluster. On Renovate's branches, synthesizes dist/ again.
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
    permissions:
      contents: read
      pull-requests: write
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
      - name: Show what changes in the cluster
        if: '!cancelled()'
        env:
          BASE: \${{ github.event.pull_request.base.sha }}
        run: |
          npx cluster-secrets diff --markdown --graph "$(git merge-base "$BASE" HEAD)" > "$RUNNER_TEMP/diff.md"
          cat "$RUNNER_TEMP/diff.md" >> "$GITHUB_STEP_SUMMARY"
      - name: Compare with 1Password
        if: '!cancelled()'
        env:
          # A service account needs the op CLI on the runner; Connect needs to be reachable from it.
          OP_SERVICE_ACCOUNT_TOKEN: \${{ secrets.OP_SERVICE_ACCOUNT_TOKEN }}
          OP_CONNECT_HOST: \${{ vars.OP_CONNECT_HOST }}
          OP_CONNECT_TOKEN: \${{ secrets.OP_CONNECT_TOKEN }}
        run: |
          if [ -n "$OP_SERVICE_ACCOUNT_TOKEN$OP_CONNECT_TOKEN" ]; then
            npx cluster-secrets check-items
          else
            echo 'Not compared with 1Password: neither OP_SERVICE_ACCOUNT_TOKEN nor OP_CONNECT_TOKEN is set.' | tee -a "$GITHUB_STEP_SUMMARY"
          fi
      - name: Create or update the comment
        # A fork's pull request gets a read-only token, so it has the summary only.
        if: "!cancelled() && github.event.pull_request.head.repo.full_name == github.repository"
        env:
          GH_TOKEN: \${{ github.token }}
          NUMBER: \${{ github.event.pull_request.number }}
        run: |
          comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
          mark='startswith("${commentMark}")'
          id=$(gh api --paginate "$comments" --jq ".[] | select(.body | $mark) | .id" | head -n 1)
          if [ -n "$id" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$RUNNER_TEMP/diff.md"
          else
            gh api --silent --method POST "$comments" --field "body=@$RUNNER_TEMP/diff.md"
          fi
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
      - name: Commit dist/
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
      description: 'cluster-secrets synth writes dist/: its versions come with the package',
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
