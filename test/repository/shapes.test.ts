import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { sops } from '../guards/repository.js';
import { makeProject } from '../project.js';
import { appSecret, bootstrapped, kustomization, place } from './shapes.js';

const at = 'infrastructure/secrets';

describe('who applies dist/', () => {
  test('nothing yet: the entry has the namespace, source, path and key of the repository', async () => {
    const { entry, synth } = await place(at, {
      'clusters/home/sync.yaml': kustomization('cluster', './clusters/home', 'decryption: {provider: sops}', {
        namespace: 'gitops-system',
        sourceRef: '{kind: GitRepository, name: home-ops}',
      }),
    });
    const { code, out } = await entry();
    expect(code).toBe(0);
    expect(load(out)).toEqual({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'cluster-secrets', namespace: 'gitops-system' },
      spec: {
        decryption: { provider: 'sops' },
        interval: '10m',
        path: './infrastructure/secrets/dist',
        prune: true,
        retryInterval: '30s',
        sourceRef: { kind: 'GitRepository', name: 'home-ops' },
      },
    });
    expect((await synth()).out.split('\n').slice(0, 3)).toEqual([
      'flux.namespace is gitops-system, read from clusters/home/sync.yaml',
      'flux.source is GitRepository home-ops, read from clusters/home/sync.yaml',
      'flux.sopsSecret is none, read from clusters/home/sync.yaml',
    ]);
  });

  test('--write puts the entry into a file, once, and says what must list it', async () => {
    const { entry, project } = await place(at, {
      ...bootstrapped(),
      'clusters/home/kustomization.yaml': 'resources: [flux-system]\n',
    });
    const file = '../../clusters/home/cluster-secrets.yaml';
    expect(await entry('--write', file)).toEqual({
      code: 0,
      out: `wrote ${file}: commit it\nadd cluster-secrets.yaml to resources in clusters/home/kustomization.yaml`,
      err: '',
    });
    expect(load(project.read(file))).toMatchObject({ spec: { path: './infrastructure/secrets/dist' } });
    project.write(file, 'mine\n');
    expect(await entry('--write', file)).toMatchObject({
      code: 1,
      err: `${file}: already exists, with different content; name another file, or delete it`,
    });
    expect(project.read(file)).toBe('mine\n');
  });

  test('--write warns if nothing applies the file, unless it is outside the repository', async () => {
    const { entry } = await place(at, bootstrapped());
    const todo =
      'save it as clusters/home/cluster-secrets.yaml: the Flux Kustomization flux-system in clusters/home/flux-system/gotk-sync.yaml applies that folder. To write it: `npm run flux-entry -- --write ../../clusters/home/cluster-secrets.yaml`';
    expect(await entry('--write', 'entry.yaml')).toEqual({
      code: 0,
      out: 'wrote entry.yaml: commit it',
      err: `warning: entry.yaml: no Flux Kustomization in this repository applies it; ${todo}`,
    });
    const outside = `${(await makeProject()).path}/entry.yaml`;
    expect(await entry('--write', outside)).toEqual({
      code: 0,
      out: `wrote ${outside}: commit it`,
      err: '',
    });
  });

  test.each([
    ['of another kind', '{kind: OCIRepository, name: garage-operator}'],
    ['of another name', '{kind: GitRepository, name: garage-operator}'],
  ])('a Kustomization of a source %s builds nothing here', async (_, sourceRef) => {
    const { entry } = await place(at, {
      ...bootstrapped(),
      'clusters/home/operator.yaml': kustomization('garage-operator', './', 'targetNamespace: storage', {
        sourceRef,
      }),
    });
    expect((await entry()).out).toContain('path: ./infrastructure/secrets/dist');
  });

  test('a fragment without a source, for a patch, does not count', async () => {
    const { entry } = await place(at, {
      ...bootstrapped(),
      'clusters/home/apps/kustomization.yaml': 'resources: []\npatches: [{path: patch.yaml}]\n',
      'clusters/home/apps/patch.yaml':
        'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./infrastructure/secrets/dist}\n',
    });
    expect((await entry()).out).toContain('path: ./infrastructure/secrets/dist');
  });

  test.each([
    [
      'a FluxInstance',
      'apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\n' +
        'spec: {sync: {kind: GitRepository, url: "https://example.com/home.git", path: clusters/home}}\n',
    ],
    [
      'the chart of flux-instance',
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: flux-instance}\n' +
        'spec: {values: {instance: {sync: {\n  kind: GitRepository, path: clusters/home}}}}\n',
    ],
  ])('%s does', async (_, flux) => {
    const { entry } = await place('clusters/home/secrets', { 'bootstrap/flux.yaml': flux });
    expect(await entry()).toEqual({
      code: 0,
      out: '',
      err: 'nothing to add: the Flux Kustomization flux-system in bootstrap/flux.yaml already applies clusters/home/secrets/dist',
    });
  });

  test('if the source is not a git repository, the path is unknown unless the settings name it', async () => {
    const flux =
      'apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\n' +
      'spec: {sync: {kind: OCIRepository, url: "oci://example.com/home", path: clusters/home}}\n';
    const { entry, project } = await place('clusters/home/secrets', { 'flux.yaml': flux });
    expect(await entry()).toMatchObject({
      code: 1,
      err: "flux.yaml: the root flux-system takes its files from the OCIRepository flux-system, so the location of this project in it is unknown; make sure that Flux applies clusters/home/secrets/dist once, and set flux.path to the project's folder in it",
    });
    project.write('src/settings.ts', "export default { flux: { path: 'secrets' } };\n");
    const { code, out } = await entry();
    expect(code).toBe(0);
    expect(load(out)).toMatchObject({
      spec: { path: './secrets/dist', sourceRef: { kind: 'OCIRepository' } },
    });
  });

  test('an artifact composed by an ArtifactGenerator', async () => {
    const { entry } = await place('apps/production/secrets', {
      ...bootstrapped(),
      'clusters/home/apps.yaml': kustomization('apps', './production', '', {
        sourceRef: '{kind: ExternalArtifact, name: apps}',
      }),
    });
    expect(await entry()).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^clusters\/home\/apps\.yaml: .* ExternalArtifact apps, so it is unknown whether it contains .*; /,
      ),
    });
  });

  test('two of them', async () => {
    const host = {
      ...bootstrapped(),
      'clusters/home/apps.yaml': kustomization('apps', './infrastructure'),
      'clusters/home/cluster-secrets.yaml': kustomization('cluster-secrets', './infrastructure/secrets/dist'),
    };
    const { entry, synth } = await place(at, host);
    const line =
      "infrastructure/secrets/dist: is applied 2 times, by the Flux Kustomizations apps in clusters/home/apps.yaml and cluster-secrets in clusters/home/cluster-secrets.yaml: they undo each other's changes; remove all but one";
    expect(await entry()).toEqual({ code: 1, out: '', err: line });
    expect(await synth()).toMatchObject({ code: 0, err: `warning: ${line}` });
  });

  test('one that its own kustomization.yaml leaves out does not', async () => {
    const { entry } = await place(at, {
      ...bootstrapped(),
      'clusters/home/kustomization.yaml': 'resources:\n  - flux-system\n  # - cluster-secrets.yaml\n',
      'clusters/home/cluster-secrets.yaml': kustomization('cluster-secrets', './infrastructure/secrets/dist'),
    });
    expect((await entry()).out).toContain('name: cluster-secrets');
  });

  test('two clusters in one repository do not mix', async () => {
    const { entry, synth } = await place(
      'clusters/home/secrets',
      {
        ...bootstrapped('clusters/home'),
        ...bootstrapped('clusters/lab'),
        'clusters/lab/x.sops.yaml': sops('grafana', 'monitoring'),
        'clusters/lab/ks.yaml': kustomization('external-secrets', './nowhere'),
      },
      { 'src/secrets/grafana.ts': appSecret('monitoring', 'grafana') },
    );
    expect(await synth()).toMatchObject({ code: 0, err: '' });
    expect((await entry()).err).toMatch(
      /^nothing to add: .* in clusters\/home\/flux-system\/gotk-sync\.yaml already applies/,
    );
  });
});

describe('what is done to it on the way', () => {
  const parent = (patches: string) =>
    `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: cluster-apps, namespace: flux-system}
spec:
  interval: 1h
  path: ./kubernetes/apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
  patches:
${patches}`;

  test('reports that a namespace set above breaks it', async () => {
    const { entry, synth } = await place(at, {
      ...bootstrapped(),
      'clusters/home/apps.yaml': kustomization('apps', './apps'),
      'apps/security/kustomization.yaml':
        'namespace: security\nresources: [../../infrastructure/secrets/dist]\n',
    });
    const { code, err } = await entry();
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      'nothing to add: the Flux Kustomization apps in clusters/home/apps.yaml already applies infrastructure/secrets/dist',
      'apps/security/kustomization.yaml: changes Namespace external-secrets: metadata.name: external-secrets -> security: everything in this project expects the original name of the Namespace; remove that change there, or apply dist/ from a place it does not reach',
      'apps/security/kustomization.yaml: changes Kustomization external-secrets and 3 more: metadata.namespace: flux-system -> security: Flux then looks up the source, the decryption key and dependencies in another namespace; remove that change there, or apply dist/ from a place it does not reach',
    ]);
    expect((await synth()).err.split('\n')).toHaveLength(2);
  });

  test.each([
    [
      'suspend',
      '{spec: {suspend: true}}',
      'and 3 more: spec.suspend: nothing -> true: the unit no longer matches this project',
    ],
    [
      'wait',
      '{spec: {wait: true}}',
      'and 2 more: spec.wait: nothing -> true: Flux then ignores its health checks, so a missing bootstrap Secret goes unnoticed',
    ],
  ])('a patch of a parent that breaks a promise: %s', async (_, patch, says) => {
    const { synth } = await place('kubernetes/apps/secrets', {
      'kubernetes/flux/ks.yaml':
        parent(`    - patch: '${patch.replace('{', '{kind: Kustomization, metadata: {name: _}, ')}'
      target: {group: kustomize.toolkit.fluxcd.io, kind: Kustomization}
`),
    });
    const { code, err } = await synth();
    expect(code).toBe(0);
    expect(err).toContain(
      `warning: kubernetes/flux/ks.yaml: changes Kustomization external-secrets ${says}; `,
    );
  });

  test('patches reach the releases: JSON 6902, selectors by label, and a strategy that is refused', async () => {
    const { synth } = await place('kubernetes/apps/secrets', {
      'kubernetes/flux/ks.yaml': parent(`    - target: {kind: Kustomization, labelSelector: "a!=b"}
      patch: |
        - op: add
          path: /spec/patches
          value:
            - target: {kind: HelmRelease, name: external-.*}
              patch: |
                - {op: add, path: /spec/upgrade/strategy, value: {name: RemediateOnFailure, retryInterval: 1m}}
            - target: {kind: HelmRelease, name: external}
              patch: |
                - {op: add, path: /spec/suspend, value: true}
`),
    });
    expect((await synth()).err).toBe(
      'warning: kubernetes/flux/ks.yaml: changes HelmRelease external-secrets: spec.upgrade.strategy.name: RetryOnFailure -> RemediateOnFailure: the API server refuses it: spec.upgrade.strategy.retryInterval can only be set with RetryOnFailure; remove that change there, or apply dist/ from a place it does not reach\n' +
        'warning: kubernetes/flux/ks.yaml: changes HelmRelease external-secrets: spec.upgrade.strategy.retryInterval: nothing -> 1m: the API server refuses it: spec.upgrade.strategy.retryInterval can only be set with RetryOnFailure; remove that change there, or apply dist/ from a place it does not reach',
    );
  });

  test('the patch of cluster-template does no harm, and a template keeps its ${...}', async () => {
    const { synth, entry, project } = await place(
      'kubernetes/apps/secrets',
      {
        'kubernetes/flux/ks.yaml':
          parent(`    - target: {group: kustomize.toolkit.fluxcd.io, kind: Kustomization}
      patch: |
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: _}
        spec:
          decryption: {provider: sops}
          postBuild: {substitute: {HOME: other}}
          patches:
            - target: {group: helm.toolkit.fluxcd.io, kind: HelmRelease}
              patch: |
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata: {name: _}
                spec:
                  install: {crds: CreateReplace, strategy: {name: RetryOnFailure}}
                  upgrade: {crds: CreateReplace, strategy: {name: RemediateOnFailure}, remediation: {retries: 2}}
`),
      },
      {
        'src/secrets/a.ts': `import { appSecret } from '#cluster-secrets';
export default appSecret({ namespace: 'a', name: 'a', item: 'x', template: { c: '\${HOME} $$ {{ .b }}' } });
`,
      },
    );
    expect(await synth()).toMatchObject({ code: 0, err: '' });
    const { code, err } = await entry();
    expect(code).toBe(0);
    expect(err).toMatch(
      /^applied, but harmlessly changed by kubernetes\/flux\/ks\.yaml: HelmRelease: .*spec\.install\.crds: Skip -> CreateReplace/m,
    );
    const tree = project.tree('dist');
    const [secret = ''] = Object.keys(tree).filter((file) => file.endsWith('externalsecret-a.yaml'));
    expect(load(tree[secret] ?? '')).toMatchObject({
      metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } },
      spec: { target: { template: { data: { c: expect.stringMatching(/}}\$\{HOME} \$\$ {{ \.b }}$/) } } } },
    });
  });

  test('names follow namespace, components of Flux, prefixes and what Flux substitutes', async () => {
    const names = ['plain', 'pre-fixed', 'radarr-env', 'in-component'];
    const { synth } = await place(
      at,
      {
        ...bootstrapped(),
        'clusters/home/apps.yaml': kustomization(
          'media',
          './apps',
          'targetNamespace: media, namePrefix: "", components: [../components/one], postBuild: {substitute: {APP: radarr}}, decryption: {provider: sops, secretRef: {name: sops-age}}',
        ),
        'apps/a.yaml': sops('plain'),
        'apps/b.yaml': sops('${APP}-env'),
        'apps/c/kustomization.yaml': 'namePrefix: pre-\nresources: [c.yaml]\n',
        'apps/c/c.yaml': sops('fixed'),
        'components/one/kustomization.yaml': 'kind: Component\nresources: [d.yaml]\n',
        'components/one/d.yaml': sops('in-component'),
      },
      { 'src/secrets/x.ts': appSecrets('media', names) },
    );
    const { err } = await synth();
    const found = err.split('\n').map((line) => /^src.* media\/(\S+): is /.exec(line)?.[1]);
    expect(found.filter((name) => name !== undefined).sort()).toEqual([...names].sort());
  });
});

function appSecrets(namespace: string, names: readonly string[]): string {
  return `import { appSecret } from '#cluster-secrets';
export default ${JSON.stringify(names)}.map((name) => appSecret({ namespace: '${namespace}', name, item: 'x', keys: 'all' }));
`;
}

describe('what is in the artifact', () => {
  test('spec.ignore leaves it out', async () => {
    const { entry, synth } = await place(at, bootstrapped('kubernetes/prod', '/*\n!/kubernetes\n'));
    const line =
      'infrastructure/secrets/dist: is not in what Flux fetches: the rule `/*` in spec.ignore of the GitRepository flux-system in kubernetes/prod/flux-system/gotk-sync.yaml excludes it; exclude infrastructure/secrets/dist from that rule, or move the project';
    expect(await entry()).toEqual({ code: 1, out: '', err: line });
    expect(await synth()).toMatchObject({ code: 0, err: `warning: ${line}` });
  });

  test('spec.ignore overrules the .sourceignore of the project', async () => {
    const { synth } = await place(
      'kubernetes/prod/secrets',
      bootstrapped('kubernetes/prod', '/*\n!/kubernetes\n'),
    );
    expect((await synth()).err).toMatch(
      /^warning: kubernetes\/prod\/secrets\/\.sourceignore: is overruled by spec\.ignore of the GitRepository flux-system in .*, and its whole build fails; /,
    );
  });

  test('a project without its .sourceignore', async () => {
    const { synth, project } = await place('clusters/home/secrets', bootstrapped());
    expect((await synth()).err).toBe('');
    project.remove('.sourceignore');
    expect((await synth()).err).toMatch(
      /^warning: clusters\/home\/secrets\/\.sourceignore: is missing, so the Flux Kustomization flux-system in /,
    );
  });

  test.each([
    ['dist/', 'dist/\n', true],
    ['names', '*secret*.yaml\n*.yaml\n', true],
    ['a white list', '*\n!clusters/\n!clusters/**\n', false],
  ])("the host's .gitignore: %s", async (_, rules, spared) => {
    const { synth, project } = await place(at, {
      ...bootstrapped(),
      '.gitignore': `${rules}node_modules/\n`,
    });
    const { code, err } = await synth();
    expect(code).toBe(0);
    const top = project.path.slice(0, -at.length);
    await execa('git', ['add', '.'], { cwd: top });
    const { stdout } = await execa('git', ['ls-files', `${at}/dist`], { cwd: top });
    const all = Object.keys(project.tree('dist')).length;
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(spared ? all : 0);
    if (spared) expect(err).toBe('');
    else {
      expect(err).toMatch(
        /^warning: \.gitignore: line 1, `\*`, keeps git from committing \.sourceignore and \d+ more of this project, so Flux never gets it; /,
      );
    }
  });

  test('a repository inside the repository, and a submodule', async () => {
    const { synth, project } = await place(at, bootstrapped());
    await execa('git', ['init', '--quiet'], { cwd: project.path });
    const top = project.path.slice(0, -at.length - 1);
    expect((await synth()).err).toContain(
      `warning: infrastructure/secrets/.git: makes this a git repository of its own inside ${top}, which commits only a link to it; `,
    );
    project.write(
      '../../.gitmodules',
      '[submodule "secrets"]\n\tpath = infrastructure/secrets\n\turl = ./x\n',
    );
    expect((await synth()).err).toContain(
      `warning: infrastructure/secrets: is a submodule of ${top}: Flux fetches it only with spec.recurseSubmodules: true`,
    );
  });
});

test('keeps what one of two clusters fetches', async () => {
  const { synth } = await place('clusters/home/secrets', {
    ...bootstrapped('clusters/home'),
    ...bootstrapped('clusters/lab', '/*\n!/clusters/lab\n'),
  });
  expect(await synth()).toMatchObject({ code: 0, err: '' });
});

test('a Kustomization that several roots reach is one', async () => {
  const { entry } = await place(at, {
    ...bootstrapped('clusters/home'),
    ...bootstrapped('clusters/lab'),
    'clusters/home/shared.yaml': '',
    'clusters/home/kustomization.yaml': 'resources: [flux-system, ../../shared]\n',
    'clusters/lab/kustomization.yaml': 'resources: [flux-system, ../../shared]\n',
    'shared/kustomization.yaml': 'resources: [ks.yaml]\n',
    'shared/ks.yaml': kustomization('infrastructure', './infrastructure'),
  });
  expect(await entry()).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^nothing to add: .* infrastructure in shared\/ks\.yaml /),
  });
});

describe('existing parts', () => {
  test('objects of ours, by kind, namespace and name, and an operator of any name', async () => {
    const { synth } = await place(at, {
      ...bootstrapped(),
      'clusters/home/apps.yaml': kustomization('apps', './apps', 'targetNamespace: external-secrets'),
      'apps/store.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: onepassword}\nspec: {}\n',
      'apps/hr.yaml':
        'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: onepassword-connect}\nspec: {}\n',
      'clusters/home/eso.yaml':
        'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: eso, namespace: kube-system}\nspec: {chart: {spec: {chart: external-secrets}}}\n',
    });
    const { code, err } = await synth();
    expect(code).toBe(1);
    expect(err.split('\n').map((line) => line.split('; ')[0])).toEqual([
      'external-secrets: External Secrets Operator is already installed, by HelmRelease kube-system/eso in clusters/home/eso.yaml: two of them would fight over the CRDs',
      "onepassword-connect: its HelmRelease external-secrets/onepassword-connect is also in apps/hr.yaml, and the two would undo each other's work",
      "onepassword-store: its ClusterSecretStore onepassword is also in apps/store.yaml, and the two would undo each other's work",
    ]);
  });

  test('ignores the same objects if nothing applies them, or in a patch', async () => {
    const store =
      'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: onepassword}\nspec: {}\n';
    const { synth } = await place(at, {
      ...bootstrapped(),
      'old/store.yaml': store,
      'clusters/home/x/kustomization.yaml': 'resources: []\npatches: [{path: store.yaml}]\n',
      'clusters/home/x/store.yaml': store,
    });
    expect(await synth()).toMatchObject({ code: 0, err: '' });
  });

  test('a Namespace that Flux makes already is left to it, and the build of kustomize stands', async () => {
    const { synth, project } = await place(
      'apps/secrets',
      {
        'clusters/home/apps.yaml': kustomization('apps', './apps'),
        'apps/security/kustomization.yaml': 'namespace: security\nresources: [namespace.yaml]\n',
        'apps/security/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n',
      },
      { 'src/settings.ts': "export default { namespace: 'security' };\n" },
    );
    const { out } = await synth();
    expect(out).toContain(
      'dist/ leaves the Namespace security to apps/security/namespace.yaml, which already creates it\n',
    );
    expect(Object.keys(project.tree('dist'))).not.toContain('namespace.yaml');
    expect(project.read('dist/kustomization.yaml')).not.toContain('namespace.yaml');
  });

  test('Secrets that other controllers make', async () => {
    const object = (apiVersion: string, kind: string, name: string, spec: string) =>
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: media}\nspec: ${spec}\n`;
    const names = ['item', 'sealed', 'tls', 'db-app', 'db-superuser', 'own-app', 'bucket', 'pushed', 'fine'];
    const { synth } = await place(
      at,
      {
        ...bootstrapped(),
        'clusters/home/all.yaml': [
          object('onepassword.com/v1', 'OnePasswordItem', 'item', '{itemPath: x}'),
          object('bitnami.com/v1alpha1', 'SealedSecret', 'sealed', '{encryptedData: {}}'),
          object('cert-manager.io/v1', 'Certificate', 'c', '{secretName: tls}'),
          object('postgresql.cnpg.io/v1', 'Cluster', 'db', '{instances: 1}'),
          object(
            'postgresql.cnpg.io/v1',
            'Cluster',
            'own',
            '{bootstrap: {initdb: {secret: {name: own-app}}}}',
          ),
          object('objectbucket.io/v1alpha1', 'ObjectBucketClaim', 'bucket', '{storageClassName: x}'),
          object(
            'external-secrets.io/v1alpha1',
            'PushSecret',
            'push',
            '{secretStoreRefs: [{name: local}], data: [{match: {remoteRef: {remoteKey: pushed}}}]}',
          ),
          object(
            'external-secrets.io/v1',
            'SecretStore',
            'local',
            '\n  provider: {kubernetes: {remoteNamespace: media}}',
          ),
        ].join('---\n'),
      },
      { 'src/secrets/x.ts': appSecrets('media', names) },
    );
    const { code, err } = await synth();
    expect(code).toBe(1);
    expect(
      err.split('\n').map((line) => /media\/(\S+): is already the Secret of the (\S+) /.exec(line)?.slice(1)),
    ).toEqual([
      ['item', 'OnePasswordItem'],
      ['sealed', 'SealedSecret'],
      ['tls', 'Certificate'],
      ['db-app', 'Cluster'],
      ['db-superuser', 'Cluster'],
      ['bucket', 'ObjectBucketClaim'],
      ['pushed', 'PushSecret'],
    ]);
  });
});

describe('what nothing applies', () => {
  const secrets = { 'src/secrets/app.ts': appSecret('media', 'app') };

  test.each([
    [
      'a commented-out line',
      'apps/recipes/secret.sops.yaml',
      { 'apps/recipes/kustomization.yaml': 'resources:\n  # - secret.sops.yaml\n' },
    ],
    ['an archive', '_archive/secret.sops.yaml', {}],
  ])('%s is a note, without decryption warning', async (_, file, host) => {
    const { synth } = await place(
      at,
      {
        ...bootstrapped(),
        'clusters/home/apps.yaml': kustomization('apps', './apps'),
        ...host,
        [file]: sops('app', 'media'),
      },
      secrets,
    );
    expect(await synth()).toMatchObject({
      code: 0,
      err: `warning: src/secrets/app.ts: media/app: is already the SOPS-encrypted Secret in ${file}, which Flux does not apply yet: once it does, External Secrets Operator would take it over at once, drop its old keys and report Ready; delete ${file}, or rename one of the two before Flux applies it`,
    });
  });

  test('counts a plain Secret that is applied by hand', async () => {
    const { synth } = await place(
      at,
      { ...bootstrapped(), 'bootstrap/token.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: app}\n' },
      secrets,
    );
    expect((await synth()).err).toMatch(
      /^src\/secrets\/app\.ts: media\/app: may be the Secret in bootstrap\/token\.yaml \(namespace unknown\): /,
    );
  });
});

describe('settings that the repository answers', () => {
  test('warns about two different values, and names both', async () => {
    const { synth } = await place(at, {
      'clusters/a/sync.yaml': kustomization('a', './clusters/a', '', {
        sourceRef: '{kind: GitRepository, name: one}',
      }),
      'clusters/b/sync.yaml': kustomization('b', './clusters/b', '', {
        sourceRef: '{kind: GitRepository, name: two}',
      }),
    });
    expect((await synth()).err).toContain(
      'warning: src/settings.ts: flux.source: is not set, and the repository disagrees about it: GitRepository one (clusters/a/sync.yaml) and GitRepository two (clusters/b/sync.yaml), so GitRepository flux-system is used; set the one this project needs',
    );
  });

  test('a ServiceAccount under lockdown: for the units, and one for the releases', async () => {
    const { synth, project } = await place(at, {
      'clusters/home/sync.yaml': kustomization(
        'flux-system',
        './clusters/home',
        'serviceAccountName: kustomize-controller',
      ),
    });
    const { out } = await synth();
    expect(out).toContain(
      'flux.serviceAccountName is kustomize-controller, read from clusters/home/sync.yaml',
    );
    expect(load(project.read('dist/flux/onepassword-store.yaml'))).toMatchObject({
      spec: { serviceAccountName: 'kustomize-controller' },
    });
    expect(load(project.read('dist/onepassword-connect/helmrelease-onepassword-connect.yaml'))).toMatchObject(
      {
        spec: { serviceAccountName: 'cluster-secrets' },
      },
    );
    expect(load(project.read('dist/external-secrets/clusterrolebinding-cluster-secrets.yaml'))).toMatchObject(
      {
        roleRef: { name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'cluster-secrets', namespace: 'external-secrets' }],
      },
    );
    expect(load(project.read('dist/external-secrets/serviceaccount-cluster-secrets.yaml'))).toMatchObject({
      metadata: { namespace: 'external-secrets' },
    });
  });
});

test('bad repositories: broken YAML, cycles, symlink cycles, a huge file', async () => {
  const { synth, project } = await place(
    at,
    {
      ...bootstrapped(),
      'clusters/home/broken.yaml': 'a: {b: c\n',
      'loop/a/kustomization.yaml': 'resources: [../b]\n',
      'loop/b/kustomization.yaml': 'resources: [../a]\n',
      'clusters/home/loop.yaml': `${kustomization('one', './clusters/home')}---\n${kustomization('two', './loop/a')}`,
      'huge.yaml': 'a: b\n'.repeat(1_000_000),
      'apps/skill.md': '---\nname: app\n---\nSecret: it has: a key\n',
      'apps/kustomization.yaml': 'configMapGenerator: [{name: x, files: [skill.md]}]\n',
      'chart/Chart.yaml': 'name: x\n',
      'chart/templates/secret.yaml': 'kind: Secret\nname: {{ app }}: {{\n',
    },
    { 'src/secrets/app.ts': appSecret('media', 'app') },
  );
  await execa('ln', ['-s', '..', `${project.path}/../around`]);
  const { code, err } = await synth();
  expect(code).toBe(0);
  expect(err.split('\n').map((line) => line.slice(0, 90))).toEqual([
    expect.stringMatching(
      /^warning: clusters\/home\/broken\.yaml: is in the build of Flux's entry, and can't be read/,
    ),
    expect.stringMatching(
      /^warning: loop\/a\/kustomization\.yaml: lists itself: loop\/a -> loop\/b -> loop\/a/,
    ),
  ]);
});
