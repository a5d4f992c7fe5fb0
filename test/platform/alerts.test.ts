/** The rules as Prometheus evaluates them, over samples as External Secrets Operator 2.9.0 gives them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { execa } from 'execa';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { externalUnit } from '../../src/index.js';
import { composePlatform } from '../../src/platform/platform.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';
import { copyProject, type Project } from '../project.js';
import { findTool } from '../tools.js';

const promtool = findTool('promtool');

const secret = (namespace: string, name: string) =>
  `appSecret({ namespace: '${namespace}', name: '${name}', item: 'App', keys: 'all' })`;
const files = {
  'src/settings.ts': `import { externalUnit } from '#cluster-secrets';
export default { monitoring: { unit: externalUnit('monitoring') } };\n`,
  'src/secrets/media.ts': `import { appSecret } from '#cluster-secrets';
export default [${secret('media', 'sonarr')}, ${secret('media', 'radarr.tv')}, ${secret('x', 'y')}];\n`,
};

let project: Project;
beforeAll(async () => {
  project = await copyProject({ files });
  expect(await project.synth()).toMatchObject({ code: 0, err: '' });
});
afterAll(() => project.destroy());

// biome-ignore lint/suspicious/noExplicitAny: an object as parsed
const read = (file: string): any => load(project.read(`dist/onepassword-alerts/${file}`));
const rules = () => [
  ...read('prometheusrule-onepassword.yaml').spec.groups,
  ...read('prometheusrule-onepassword-secrets.yaml').spec.groups,
];

// What the real operator and Prometheus have of a cluster in which all is well.
const scraped =
  'instance="10.0.0.1:8080",job="external-secrets-metrics",namespace="external-secrets",service="external-secrets-metrics"';
const state = (namespace: string, name: string, status: string) =>
  `externalsecret_status_condition{condition="Ready",status="${status}",name="${name}",exported_namespace="${namespace}",${scraped}}`;
const errors = (namespace: string, name: string) =>
  `externalsecret_sync_calls_error{name="${name}",exported_namespace="${namespace}",${scraped}}`;
const storeState = (status: string) =>
  `clustersecretstore_status_condition{condition="Ready",status="${status}",name="onepassword",exported_namespace="",${scraped}}`;
const up = (service: string) => `up{namespace="external-secrets",service="${service}",job="${service}"}`;
const secrets = [
  ['media', 'sonarr'],
  ['media', 'radarr.tv'],
  ['x', 'y'],
] as const;

type Samples = Readonly<Record<string, string>>;
const healthy: Samples = {
  [storeState('True')]: '1x180',
  [storeState('False')]: '0x180',
  [up('onepassword')]: '1x180',
  [up('external-secrets-webhook')]: '1x180',
  ...Object.fromEntries(
    secrets.flatMap(([namespace, name]) => [
      [state(namespace, name, 'True'), '1x180'],
      [state(namespace, name, 'False'), '0x180'],
      [errors(namespace, name), '0x180'],
    ]),
  ),
};
const without = (samples: Samples, ...keys: string[]): Samples =>
  Object.fromEntries(Object.entries(samples).filter(([key]) => !keys.includes(key)));

/** The alerts that fire after two hours and a half of these samples, one a minute. */
async function firing(samples: Samples): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-rules-'));
  try {
    writeFileSync(join(folder, 'rules.yaml'), dump({ groups: rules() }));
    // promtool says what it got where it was told to expect nothing.
    const names: string[] = rules().flatMap((group) =>
      group.rules.map(({ alert }: { alert: string }) => alert),
    );
    const tests = {
      rule_files: ['rules.yaml'],
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(samples).map(([series, values]) => ({ series, values })),
          alert_rule_test: [...new Set(names)].map((alertname) => ({
            eval_time: '150m',
            alertname,
            exp_alerts: [],
          })),
        },
      ],
    };
    writeFileSync(join(folder, 'test.yaml'), dump(tests));
    const { all, exitCode } = await execa(promtool ?? '', ['test', 'rules', 'test.yaml'], {
      cwd: folder,
      all: true,
      reject: false,
    });
    const fired = [...all.matchAll(/alertname: (\w+), time: 2h30m/g)].map(([, name = '']) => name);
    // Without an alert it is content; a mistake in the rules or in this file is something else.
    expect(fired.length > 0, all).toBe(exitCode !== 0);
    return fired.sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!promtool)('alerts', () => {
  test('all is well: none', async () => {
    expect(await firing(healthy)).toEqual([]);
  });

  test.each<[what: string, samples: Samples, alerts: string[]]>([
    [
      'the store fails',
      { ...healthy, [storeState('True')]: '0x180', [storeState('False')]: '1x180' },
      ['OnePasswordStoreNotReady'],
    ],
    [
      'an ExternalSecret fails',
      {
        ...healthy,
        [state('media', 'sonarr', 'True')]: '0x180',
        [state('media', 'sonarr', 'False')]: '1x180',
        [errors('media', 'sonarr')]: '0+1x180',
      },
      ['ExternalSecretNotReady'],
    ],
    [
      'one fails and recovers, again and again',
      { ...healthy, [errors('media', 'sonarr')]: '0+1x180' },
      ['ExternalSecretSyncErrors'],
    ],
    [
      'one reports nothing',
      without(healthy, state('media', 'radarr.tv', 'True'), state('media', 'radarr.tv', 'False')),
      ['ExternalSecretNotReported'],
    ],
    [
      'another one of the namespace does not stand in for it',
      {
        ...without(healthy, state('media', 'radarr.tv', 'True'), state('media', 'radarr.tv', 'False')),
        [state('media', 'radarrxtv', 'True')]: '1x180',
      },
      ['ExternalSecretNotReported'],
    ],
    ['Connect is down', { ...healthy, [up('onepassword')]: '0x180' }, ['OnePasswordConnectDown']],
    ['the webhook is gone', without(healthy, up('external-secrets-webhook')), ['ExternalSecretsWebhookDown']],
    [
      'nothing reports at all',
      { 'up{job="prometheus"}': '1x180' },
      [
        'ExternalSecretNotReported',
        'ExternalSecretsWebhookDown',
        'OnePasswordConnectDown',
        'OnePasswordStoreNotReady',
      ],
    ],
  ])('%s', async (_what, samples, alerts) => {
    expect(await firing(samples)).toEqual(alerts);
  });

  test('every expression of the dashboard is PromQL', async () => {
    const { panels } = dashboard();
    const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-rules-'));
    const expressions = panels.flatMap(({ targets }: Panel) => targets.map(({ expr }) => expr));
    const recorded = expressions.map((expr: string, index: number) => ({ record: `panel:${index}`, expr }));
    writeFileSync(join(folder, 'rules.yaml'), dump({ groups: [{ name: 'panels', rules: recorded }] }));
    const { stdout } = await execa(promtool ?? '', ['check', 'rules', join(folder, 'rules.yaml')]);
    expect(stdout).toContain(`${panels.length} rules found`);
    rmSync(folder, { recursive: true });
  });
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

function dashboard() {
  const { data } = read('configmap-onepassword-dashboard.yaml');
  return JSON.parse(data['onepassword-dashboard.json']);
}

test('the dashboard: panels that Grafana can draw, none over another, from one data source', () => {
  const { panels, templating, uid, schemaVersion } = dashboard();
  expect({ uid, schemaVersion }).toEqual({ uid: 'cluster-secrets', schemaVersion: 39 });
  expect(templating.list).toEqual([expect.objectContaining({ name: 'datasource', type: 'datasource' })]);
  const cells = new Set<string>();
  for (const { type, title, gridPos, targets } of panels as Panel[]) {
    expect(title).not.toBe('');
    expect(['stat', 'table', 'timeseries']).toContain(type);
    for (const { datasource } of targets) expect(datasource.uid).toBe('${datasource}');
    const { x, y, w, h } = gridPos;
    expect(x + w).toBeLessThanOrEqual(24);
    for (let column = x; column < x + w; column += 1) {
      for (let row = y; row < y + h; row += 1) {
        expect(cells.has(`${column} ${row}`), title).toBe(false);
        cells.add(`${column} ${row}`);
      }
    }
  }
  expect(new Set(panels.map(({ id }: Panel) => id)).size).toBe(panels.length);
  expect(panels.length).toBe(10);
});

test('Connect’s token: an alert 30 days ahead, where the bootstrap Secret says when it ends', () => {
  const { settings } = resolveSettings(
    { monitoring: { unit: externalUnit('monitoring') } },
    'src/settings.ts',
  );
  const expressions = (annotation: string) => {
    const content = Buffer.from(`metadata:\n    annotations:\n        ${annotation}\n`);
    const { platform } = composePlatform({ settings, credentials: { file: 'x', content }, secrets: [] });
    const unit = platform.units.find(({ unitName }) => unitName === 'onepassword-alerts');
    const rule = unit?.node
      .findAll()
      .filter((node) => ApiObject.isApiObject(node))
      .find(({ kind }) => kind === 'PrometheusRule')
      ?.toJson();
    return rule.spec.groups[0].rules
      .filter(({ alert }: { alert: string }) => alert === 'OnePasswordConnectTokenExpires')
      .map(({ expr }: { expr: string }) => expr);
  };
  expect(expressions('cluster-secrets/token-expires: "2027-01-31T00:00:00Z"')).toEqual([
    `vector(time()) > ${Date.UTC(2027, 0, 1) / 1000}`,
  ]);
  expect(expressions('other: x')).toEqual([]);
});
