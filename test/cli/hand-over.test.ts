/** `npm run hand-over`: what a push would delete, from a repository and the objects of a cluster. */
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { type Api, startApi } from '../cluster-api/server.js';
import { bootstrapped, kustomization, place } from '../repository/shapes.js';

const apis: Api[] = [];
afterAll(() => {
  for (const api of apis) api.close();
});

const at = 'infrastructure/secrets';

const operator = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: external-secrets, namespace: external-secrets}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: external-secrets}}
`;
const store = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: onepassword}
spec: {provider: {onepassword: {connectHost: "http://connect", vaults: {Kubernetes: 1}, auth: {secretRef: {connectTokenSecretRef: {name: t, key: token, namespace: x}}}}}}
`;
const radarr = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: radarr, namespace: media}
spec: {refreshInterval: 1h, secretStoreRef: {kind: ClusterSecretStore, name: onepassword}, dataFrom: [{extract: {key: Radarr}}]}
`;

/** A repository whose operator, store and one ExternalSecret are somebody else's. */
const theirs: Readonly<Record<string, string>> = {
  ...bootstrapped(),
  'clusters/home/secrets.yaml': kustomization('cluster-secrets', `./${at}/dist`),
  'clusters/home/eso.yaml': kustomization('eso', './apps/eso'),
  'clusters/home/media.yaml': kustomization('media', './apps/media'),
  'apps/eso/hr.yaml': operator,
  'apps/eso/store.yaml': store,
  'apps/media/es.yaml': radarr,
};

const settings = (text: string) =>
  `import { defineSettings, existing } from '#cluster-secrets';\nexport default defineSettings(${text});\n`;
const using = settings("{ store: existing({ name: 'onepassword' }) }");
const secret = (name: string) =>
  `import { appSecret } from '#cluster-secrets';\nexport default appSecret({ namespace: 'media', name: '${name}', item: 'x', keys: 'all' });\n`;

interface Live {
  readonly owner?: string;
  readonly kept?: boolean;
  readonly spec?: object;
  readonly status?: object;
}

/** An object as Flux applied it. */
function live(
  name: string,
  namespace: string | undefined,
  { owner, kept, spec = {}, status = {} }: Live = {},
): object {
  const labels = owner && {
    'kustomize.toolkit.fluxcd.io/name': owner,
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  };
  const annotations = kept && { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };
  return {
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec,
    status,
  };
}

interface ClusterProps {
  /** What Flux has applied. */
  readonly commit?: string;
  /** How the objects of theirs are, by owner. */
  readonly kept?: boolean;
  /** Spec of the Flux Kustomization that has them. */
  readonly flux?: object;
  readonly release?: object;
  /** Whether this project made everything. */
  readonly isOurs?: boolean;
  /** Whether the CRDs outlive their release. */
  readonly crdsStay?: boolean;
  /** Of the operator's chart. */
  readonly version?: string;
}

function cluster({
  kept = false,
  flux = { prune: true },
  release = {},
  isOurs = false,
  crdsStay = true,
  commit = '',
  version = '2.9.0',
}: ClusterProps = {}) {
  const status = { lastAppliedRevision: `main@sha1:${commit}` };
  const from = { sourceRef: { name: 'flux-system' } };
  const kustomization = (name: string, owner: string, spec: object = { prune: true }) =>
    live(name, 'flux-system', { owner, spec: { ...from, ...spec }, status });
  const units = ['external-secrets', 'onepassword-connect', 'onepassword-store', 'secrets-media'];
  return {
    '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations': [
      kustomization('flux-system', 'flux-system'),
      kustomization('cluster-secrets', 'flux-system'),
      kustomization('eso', 'flux-system', flux),
      kustomization('media', 'flux-system', flux),
      ...(isOurs ? units.map((name) => kustomization(name, 'cluster-secrets', flux)) : []),
    ],
    '/apis/helm.toolkit.fluxcd.io/v2/helmreleases': [
      live('external-secrets', 'external-secrets', {
        owner: isOurs ? 'external-secrets' : 'eso',
        kept,
        spec: release,
        status: { history: [{ chartName: 'external-secrets', chartVersion: version }] },
      }),
    ],
    '/apis/source.toolkit.fluxcd.io/v1/ocirepositories': [],
    '/apis/external-secrets.io/v1/clustersecretstores': [
      live('onepassword', undefined, { owner: isOurs ? 'onepassword-store' : 'eso', kept }),
    ],
    '/apis/external-secrets.io/v1/secretstores': [],
    '/apis/external-secrets.io/v1/externalsecrets': [
      live('radarr', 'media', { owner: isOurs ? 'secrets-media' : 'media', kept }),
    ],
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions': [
      {
        metadata: {
          name: 'externalsecrets.external-secrets.io',
          annotations: {
            'meta.helm.sh/release-name': 'external-secrets',
            ...(crdsStay && { 'helm.sh/resource-policy': 'keep' }),
          },
        },
      },
      { metadata: { name: 'others.example.org' } },
      // Made by somebody else than Helm: Helm leaves it alone.
      { metadata: { name: 'clusterexternalsecrets.external-secrets.io' } },
    ],
    '/api/v1/namespaces': [],
    // A Secret of an ExternalSecret may have its labels.
    '/api/v1/secrets': [
      {
        metadata: {
          name: 'radarr',
          namespace: 'media',
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'media',
            'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
          },
          ownerReferences: [{ kind: 'ExternalSecret', name: 'radarr' }],
        },
      },
    ],
  };
}

/** The repository as it was pushed, and then as the working tree has it. */
async function handOver(
  props: ClusterProps,
  { pushed = theirs, project: files = { 'src/settings.ts': using }, gone = [] as string[], edit = {} } = {},
) {
  const { project } = await place(at, pushed, files);
  // Refused where both have something, and then there is no dist/ yet.
  await project.synth();
  const top = `${project.path}/../..`;
  const git = (...args: string[]) => execa('git', args, { cwd: top });
  await git('add', '.');
  await git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'x');
  const { stdout: commit } = await git('rev-parse', 'HEAD');
  for (const file of gone) project.remove(`../../${file}`);
  for (const [file, content] of Object.entries(edit as Record<string, string>)) project.write(file, content);
  if (Object.keys(edit).some((file) => file.startsWith('src/'))) await project.synth();
  const api = await startApi(cluster({ commit, ...props }));
  apis.push(api);
  project.write('../../../kubeconfig', api.kubeconfig);
  const env = { KUBECONFIG: `${project.path}/../../../kubeconfig` };
  const outcome = await project.run('hand-over', [], { env });
  /** Runs it once more, with this in the cluster. */
  const again = (content: Api['content']) => {
    api.content = { ...api.content, ...content };
    return project.run('hand-over', [], { env });
  };
  return {
    ...outcome,
    rows: outcome.out.split('\n').map((line) => line.split(/ {2,}/)),
    api,
    project,
    again,
  };
}

const mark =
  'first push only the annotation `kustomize.toolkit.fluxcd.io/prune: disabled` on it, or `prune: false` in that Flux Kustomization';

/** The push in which this project takes everything. */
const takeOver = {
  gone: ['clusters/home/eso.yaml', 'apps/eso/hr.yaml', 'apps/eso/store.yaml', 'apps/media/es.yaml'],
  edit: { 'src/settings.ts': settings('{}'), 'src/secrets/radarr.ts': secret('radarr') },
};

describe('before anything moves', () => {
  const files = { project: { 'src/settings.ts': using, 'src/secrets/radarr.ts': secret('radarr') } };
  const all = { project: { ...files.project, 'src/settings.ts': settings('{}') } };

  test('names each unmarked object, with what to do', async () => {
    const { code, rows, err } = await handOver({}, all);
    expect(code).toBe(1);
    expect(rows).toEqual([
      ['OBJECT', 'TODAY', 'CAN BE HANDED OVER'],
      ['HelmRelease external-secrets/external-secrets', 'flux-system/eso', 'no'],
      ['ClusterSecretStore onepassword', 'flux-system/eso', 'no'],
      ['ExternalSecret media/radarr', 'flux-system/media', 'no'],
    ]);
    const line = (object: string, owner: string) =>
      `${object}: the Flux Kustomization flux-system/${owner} would delete it once it is removed there; ${mark}`;
    expect(err.split('\n')).toEqual([
      line('HelmRelease external-secrets/external-secrets', 'eso'),
      line('ClusterSecretStore onepassword', 'eso'),
      line('ExternalSecret media/radarr', 'media'),
    ]);
  });

  test.each([
    ['marked', { kept: true }],
    ['let go', { flux: { prune: false } }],
  ])('%s: it may go on', async (_what, props) => {
    const { code, err, out } = await handOver(props, files);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/\neverything can be handed over: [^\n]+$/);
  });

  test('`prune: false` does not help where the Flux Kustomization deletes all the same when it goes', async () => {
    const { code } = await handOver({ flux: { prune: false, deletionPolicy: 'WaitForTermination' } }, files);
    expect(code).toBe(1);
  });

  test('Helm would recreate a release of another name: its CRDs must outlive it', async () => {
    const props = { kept: true, release: { releaseName: 'eso' }, crdsStay: false };
    const pushed = {
      ...theirs,
      'apps/eso/hr.yaml': operator.replace('interval: 1h', 'interval: 1h, releaseName: eso'),
    };
    const { code, err } = await handOver(props, { ...all, pushed });
    expect(code).toBe(1);
    expect(err).toBe(
      'HelmRelease external-secrets/external-secrets: Helm would delete the CustomResourceDefinition externalsecrets.external-secrets.io with it, and thus every ExternalSecret and every Secret; first push only `crds.annotations: { helm.sh/resource-policy: keep }` in its values, and wait until Helm has upgraded it',
    );
    expect((await handOver(props, { ...files, pushed })).code).toBe(0);
  });

  describe('what the settings keep as existing', () => {
    const kept = (objects: string) =>
      `kept: ${objects} (existing() in src/settings.ts; to take over, follow docs/adoption.md)`;

    test('is not expected to go: of the rest, each is named with what to do', async () => {
      const { code, out, rows, err } = await handOver({}, files);
      expect(code).toBe(1);
      expect(rows.slice(0, 2)).toEqual([
        ['OBJECT', 'TODAY', 'CAN BE HANDED OVER'],
        ['ExternalSecret media/radarr', 'flux-system/media', 'no'],
      ]);
      expect(out.split('\n').slice(2)).toEqual([
        kept('HelmRelease external-secrets/external-secrets, ClusterSecretStore onepassword'),
      ]);
      expect(err).toMatch(/^ExternalSecret media\/radarr: .*\S$/);
    });

    test('is listed once it is marked, part by part', async () => {
      const { again } = await handOver({}, files);
      const { code, out, err } = await again({
        '/apis/helm.toolkit.fluxcd.io/v2/helmreleases': [
          live('external-secrets', 'external-secrets', { owner: 'eso', kept: true }),
        ],
        '/apis/source.toolkit.fluxcd.io/v1/ocirepositories': [
          live('external-secrets', 'external-secrets', { owner: 'eso' }),
        ],
        '/apis/external-secrets.io/v1/externalsecrets': [],
      });
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
        ['OBJECT', 'TODAY', 'CAN BE HANDED OVER'],
        ['HelmRelease external-secrets/external-secrets', 'flux-system/eso', 'yes'],
        ['OCIRepository external-secrets/external-secrets', 'flux-system/eso', 'yes'],
        [kept('ClusterSecretStore onepassword')],
        ['everything else can be handed over: remove it there, declare it here, and run this again'],
      ]);
    });

    test('a second project in the cluster does not concern the first one’s store', async () => {
      const second = {
        pushed: {
          ...bootstrapped(),
          'clusters/home/work.yaml': kustomization('work-cluster-secrets', `./${at}/dist`),
        },
        project: {
          'src/settings.ts': settings(
            "{ name: 'work', store: { name: 'work' }, externalSecrets: existing(), connect: existing({ host: 'http://onepassword', token: { name: 'work-token' } }) }",
          ),
          'src/secrets/radarr.ts': secret('sonarr'),
        },
      };
      expect(await handOver({ isOurs: true }, second)).toMatchObject({
        code: 0,
        err: '',
        out: `${kept('HelmRelease external-secrets/external-secrets')}\nnothing else to hand over`,
      });
    });

    test('finds an operator and a store under other names', async () => {
      const named = {
        project: { 'src/settings.ts': settings("{ store: existing({ name: 'op' }) }") },
      };
      const { out, again } = await handOver({}, named);
      expect(out).toContain(kept('HelmRelease external-secrets/external-secrets'));
      const other = {
        '/apis/helm.toolkit.fluxcd.io/v2/helmreleases': [
          live('eso', 'security', { owner: 'eso', status: { history: [{ chartName: 'external-secrets' }] } }),
        ],
        '/apis/external-secrets.io/v1/clustersecretstores': [live('op', undefined, { owner: 'eso' })],
      };
      expect((await again(other)).out).toContain(kept('HelmRelease security/eso, ClusterSecretStore op'));
    });
  });
});

test('an ExternalSecret that this project makes in the same folder stays in the same Flux Kustomization', async () => {
  const radarr = { namespace: 'media', name: 'radarr', item: 'x', keys: 'all' };
  const declared = (more: object) => ({
    'src/secrets/radarr.ts': `export default ${JSON.stringify({ ...radarr, ...more })};\n`,
  });
  const gone = ['apps/media/es.yaml'];
  const beside = await handOver({}, { gone, edit: declared({ beside: 'apps/media' }) });
  expect(beside.rows.filter(([object]) => object?.startsWith('ExternalSecret'))).toEqual([]);
  const inUnit = await handOver({}, { gone, edit: declared({}) });
  expect(inUnit.rows).toContainEqual([
    'ExternalSecret media/radarr',
    'flux-system/media',
    'flux-system/secrets-media',
    'deleted',
  ]);
});

describe('before the push in which this project takes over', () => {
  test('everything is marked: nothing is lost', async () => {
    const { code, rows, err } = await handOver({ kept: true }, takeOver);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(rows).toEqual([
      ['OBJECT', 'TODAY', 'AFTER THE PUSH', 'EFFECT'],
      [
        'HelmRelease external-secrets/external-secrets',
        'flux-system/eso',
        'flux-system/external-secrets',
        'handed over',
      ],
      ['ClusterSecretStore onepassword', 'flux-system/eso', 'flux-system/onepassword-store', 'handed over'],
      ['ExternalSecret media/radarr', 'flux-system/media', 'flux-system/secrets-media', 'handed over'],
      ['Kustomization flux-system/eso', 'flux-system/flux-system', '-', 'deleted'],
      ['nothing is lost: push, then check with `npm run status`'],
    ]);
  });

  test('nothing is marked: refused, with what would be lost', async () => {
    const { code, err } = await handOver({ crdsStay: false }, takeOver);
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      `HelmRelease external-secrets/external-secrets: the Flux Kustomization flux-system/eso would uninstall it before it is installed again; ${mark}`,
      expect.stringMatching(/^HelmRelease external-secrets\/external-secrets: Helm would delete the Custom/),
      `ClusterSecretStore onepassword: the Flux Kustomization flux-system/eso would delete it, and flux-system/onepassword-store would recreate it; ${mark}`,
      `ExternalSecret media/radarr: the Flux Kustomization flux-system/media would delete it, and its Secret with it, and flux-system/secrets-media would recreate it; ${mark}`,
    ]);
  });

  test('a Flux Kustomization that stays has to say `prune: false` still', async () => {
    const props = { flux: { prune: false } };
    const { code, err } = await handOver(props, takeOver);
    expect(code).toBe(1);
    expect(err).toMatch(/^ExternalSecret media\/radarr: /);
    const stays = kustomization('media', './apps/media').replace('prune: true', 'prune: false');
    const kept = { ...takeOver, edit: { ...takeOver.edit, '../../clusters/home/media.yaml': stays } };
    expect(await handOver(props, kept)).toMatchObject({ code: 0, err: '' });
  });

  test('an operator of another name is removed in a separate push', async () => {
    const pushed = { ...theirs, 'apps/eso/hr.yaml': operator.replace('name: external', 'name: my-external') };
    const { code, err } = await handOver({ kept: false }, { ...takeOver, pushed });
    expect(code).toBe(1);
    expect(err).toContain('would uninstall it before it is installed again');
  });
});

test('objects in no changed file stay, even if a build can’t be traced', async () => {
  const pushed = { ...theirs, 'apps/media/es.yaml': '# made elsewhere\n' };
  const quiet = await handOver({ kept: true }, { pushed });
  expect(quiet).toMatchObject({ code: 0, err: '', out: expect.stringContaining('can be handed over') });
  const { code, err } = await handOver({}, { gone: ['apps/media/es.yaml'] });
  expect(code).toBe(1);
  expect(err).toBe(
    `ExternalSecret media/radarr: the Flux Kustomization flux-system/media would delete it, and its Secret with it; ${mark}`,
  );
});

test('the operator alone uninstalled: nothing is lost while its CRDs stay', async () => {
  const gone = ['apps/eso/hr.yaml'];
  const { code, rows, err } = await handOver({}, { gone });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(rows[1]).toEqual([
    'HelmRelease external-secrets/external-secrets',
    'flux-system/eso',
    '-',
    'uninstalled',
  ]);
  expect((await handOver({ crdsStay: false }, { gone })).code).toBe(1);
  // With one of another name in the same push, the old one's end takes along what both call the same.
  const edit = {
    '../../apps/eso/other.yaml': operator.replace(
      'name: external-secrets, namespace',
      'name: eso, namespace',
    ),
  };
  const spec = { chart: { spec: { chart: 'external-secrets' } } };
  edit['../../apps/eso/other.yaml'] = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: eso, namespace: external-secrets}
spec: ${JSON.stringify(spec)}
`;
  expect(await handOver({}, { gone, edit })).toMatchObject({
    code: 1,
    err: 'HelmRelease external-secrets/external-secrets: would be uninstalled while external-secrets/eso is installed, and takes the objects of the same name with it; push its removal alone, then the other one once it is gone (the Secrets stay in the meantime)',
  });
});

describe('and back', () => {
  const ours = {
    pushed: {
      ...bootstrapped(),
      'clusters/home/secrets.yaml': kustomization('cluster-secrets', `./${at}/dist`),
      'clusters/home/media.yaml': kustomization('media', './apps/media'),
      'apps/media/README.md': 'x',
    },
    project: { 'src/settings.ts': settings('{}'), 'src/secrets/radarr.ts': secret('radarr') },
  };
  const back = {
    ...ours,
    edit: {
      'src/settings.ts': settings("{ store: existing({ name: 'onepassword' }), flux: { prune: false } }"),
      'src/secrets/radarr.ts': secret('other'),
      '../../clusters/home/eso.yaml': kustomization('eso', './apps/eso'),
      '../../apps/eso/hr.yaml': operator,
      '../../apps/eso/store.yaml': store,
      '../../apps/media/es.yaml': radarr,
    },
  };

  test('everything is ours: nothing to do', async () => {
    expect(await handOver({ isOurs: true }, ours)).toMatchObject({
      code: 0,
      err: '',
      out: 'nothing to hand over, and nothing left to take over',
    });
  });

  test('refused while the units prune, accepted once they let go', async () => {
    const refused = await handOver({ isOurs: true }, back);
    expect(refused.code).toBe(1);
    expect(refused.err.split('\n')).toHaveLength(3);
    const { code, rows, err } = await handOver({ isOurs: true, flux: { prune: false } }, back);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(rows.slice(1, 4).map(([object, , after, effect]) => [object, after, effect])).toEqual([
      ['HelmRelease external-secrets/external-secrets', 'flux-system/eso', 'handed over'],
      ['ClusterSecretStore onepassword', 'flux-system/eso', 'handed over'],
      ['ExternalSecret media/radarr', 'flux-system/media', 'handed over'],
    ]);
  });
});

/** What is told of an ExternalSecret that goes. */
const lost = `ExternalSecret media/radarr: the Flux Kustomization flux-system/media would delete it, and its Secret with it; ${mark}`;
const list = { 'apps/media/kustomization.yaml': 'resources: [es.yaml]\n' };
const mediaWith = (more: string) => ({
  '../../clusters/home/media.yaml': kustomization('media', './apps/media', more),
});

test.each([
  [
    'its line is taken out of the kustomization.yaml',
    { ...theirs, ...list },
    { '../../apps/media/kustomization.yaml': 'resources: []\n' },
  ],
  [
    'a new kustomization.yaml leaves it out',
    theirs,
    { '../../apps/media/kustomization.yaml': 'resources: []\n' },
  ],
  [
    'the Flux Kustomization builds another folder',
    theirs,
    {
      '../../clusters/home/media.yaml': kustomization('media', './apps/other'),
      '../../apps/other/x.yaml': 'kind: ConfigMap\n',
    },
  ],
  ['it gets another namespace', theirs, mediaWith('targetNamespace: films')],
  [
    'a patch takes it out',
    theirs,
    mediaWith(
      'patches: [{patch: "$patch: delete\\nkind: ExternalSecret\\napiVersion: external-secrets.io/v1\\nmetadata: {name: radarr, namespace: media}"}]',
    ),
  ],
])('no file of the ExternalSecret changes, and it goes all the same: %s', async (_what, pushed, edit) => {
  expect(await handOver({}, { pushed, edit })).toMatchObject({ code: 1, err: lost });
});

describe('a Flux Kustomization that goes deletes what it applied', () => {
  const ours = {
    pushed: {
      ...bootstrapped(),
      'clusters/home/secrets.yaml': kustomization('cluster-secrets', `./${at}/dist`),
    },
    project: { 'src/settings.ts': settings('{}'), 'src/secrets/radarr.ts': secret('radarr') },
  };
  const told = [
    /^HelmRelease external-secrets\/external-secrets: .* would uninstall it before it is installed again/,
    /^ClusterSecretStore onepassword: .* would delete it/,
    /^ExternalSecret media\/radarr: .* would delete it, and its Secret with it/,
  ];

  test('the entry is removed', async () => {
    const { code, err } = await handOver({ isOurs: true }, { ...ours, gone: ['clusters/home/secrets.yaml'] });
    expect(code).toBe(1);
    for (const line of told.slice(1)) expect(err.split('\n').some((one) => line.test(one))).toBe(true);
  });

  test('the entry gets another name: its units are deleted and come back', async () => {
    const edit = { '../../clusters/home/secrets.yaml': kustomization('other', `./${at}/dist`) };
    const { code, err } = await handOver({ isOurs: true }, { ...ours, edit });
    expect(code).toBe(1);
    for (const line of told) expect(err.split('\n').some((one) => line.test(one))).toBe(true);
    expect((await handOver({ isOurs: true, kept: true }, { ...ours, edit })).code).toBe(0);
  });

  test("it is another one's from now on", async () => {
    const edit = {
      '../../clusters/home/more.yaml': kustomization('more', './infra'),
      '../../infra/media.yaml': kustomization('media', './apps/media'),
    };
    const { code, err } = await handOver({}, { gone: ['clusters/home/media.yaml'], edit });
    expect(code).toBe(1);
    expect(err).toMatch(/^ExternalSecret media\/radarr: .* and its Secret with it/);
  });
});

test('a release that gets another name in place is uninstalled by helm-controller first', async () => {
  const edit = {
    '../../apps/eso/hr.yaml': operator.replace('interval: 1h', 'interval: 1h, releaseName: eso'),
  };
  expect((await handOver({}, { edit })).err).not.toContain('CustomResourceDefinition');
  expect(await handOver({ crdsStay: false }, { edit })).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^HelmRelease external-secrets\/external-secrets: Helm would delete the Custom/,
    ),
  });
});

test('does not downgrade a newer operator', async () => {
  expect(await handOver({ kept: true, version: '2.14.0' }, takeOver)).toMatchObject({
    code: 1,
    err: "HelmRelease external-secrets/external-secrets: is at version 2.14.0, and this project installs 2.9.0; set externalSecrets: { version: '2.14.0' } in src/settings.ts",
  });
});

test('fails if the applied commit is unknown; --since names it', async () => {
  const edit = { '../../apps/media/es.yaml': '# gone\n' };
  expect(await handOver({ commit: '0'.repeat(40) }, { edit })).toMatchObject({
    code: 1,
    err: 'the source flux-system: is at a commit that this clone does not have; run `git fetch`, or say with --since which commit Flux has applied',
  });
  const { project, err } = await handOver({}, { edit });
  expect(err).toBe(lost);
  const env = { KUBECONFIG: `${project.path}/../../../kubeconfig` };
  expect((await project.run('hand-over', ['--since', 'HEAD'], { env })).err).toBe(lost);
  expect((await project.run('hand-over', ['--since', 'nosuch'], { env })).err).toBe(
    "--since: 'nosuch' is not a commit of this repository; correct it",
  );
});

test('an operator that does not serve v1 is not taken for one without ExternalSecrets', async () => {
  const { again } = await handOver({});
  expect((await again({ '/apis/external-secrets.io/v1/externalsecrets': 404 })).err).toBe(
    'External Secrets Operator: does not serve external-secrets.io/v1, so its ExternalSecrets are not seen; upgrade it to 0.16 or newer first',
  );
});

test('judges nothing in a repository without Flux', async () => {
  const { code, err } = await handOver({}, { pushed: { 'README.md': 'x' } });
  expect(code).toBe(1);
  expect(err).toMatch(/^infrastructure\/secrets\/dist: is in a repository that does not show what Flux/);
});

test('it asks, and changes nothing; of Secrets it gets the metadata', async () => {
  const { api } = await handOver({});
  expect(api.requests.length).toBeGreaterThan(7);
  expect(api.requests.filter(({ line }) => !line.startsWith('GET '))).toEqual([]);
});
