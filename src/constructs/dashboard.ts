import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** A panel of a dashboard. */
export interface Panel {
  readonly title: string;
  /**
   * - `state`: 1 is good, 0 is bad;
   * - `number`: a count; `bad`: one that should be 0;
   * - `table`: the labels of each series;
   * - `ages`: seconds, the longest first;
   * - `lines`: over time.
   */
  readonly kind: 'state' | 'number' | 'bad' | 'table' | 'ages' | 'lines';
  /** PromQL. */
  readonly expression: string;
  /** Legend of a line, with labels in `{{ }}`. @default - Grafana's own */
  readonly legend?: string;
}

/** Input of a `Dashboard`. */
export interface DashboardProps {
  /** Name of the ConfigMap. */
  readonly name: string;
  readonly namespace: string;
  /** Name of the label by which Grafana's sidecar finds it; `labelValue` is its value. */
  readonly label: string;
  readonly labelValue: string;
  readonly title: string;
  /** Part of its URL in Grafana. */
  readonly uid: string;
  /** From left to right, and downwards. */
  readonly panels: readonly Panel[];
}

/** Width and height of each kind, in a grid of 24 columns. */
const sizes = {
  state: [4, 4],
  number: [4, 4],
  bad: [4, 4],
  table: [12, 8],
  ages: [12, 8],
  lines: [12, 8],
} as const satisfies Record<Panel['kind'], readonly [number, number]>;

/**
 * A Grafana dashboard, in a ConfigMap that Grafana's sidecar finds by a label. Without Grafana it has no effect.
 * https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { name, namespace, label, labelValue } = props;
    new k8s.KubeConfigMap(this, 'config-map', {
      metadata: { name, namespace, labels: { [label]: labelValue } },
      data: { [`${name}.json`]: `${JSON.stringify(model(props), null, 2)}\n` },
    });
  }
}

const datasource = { type: 'prometheus', uid: '${datasource}' };

function model({ title, uid, panels }: DashboardProps): object {
  let [x, y, rowHeight] = [0, 0, 0];
  return {
    editable: false,
    panels: panels.map((panel, index) => {
      const [w, h] = sizes[panel.kind];
      if (x + w > 24) [x, y, rowHeight] = [0, y + rowHeight, 0];
      const gridPos = { h, w, x, y };
      x += w;
      rowHeight = Math.max(rowHeight, h);
      return { id: index + 1, title: panel.title, gridPos, datasource, ...looks(panel) };
    }),
    refresh: '1m',
    schemaVersion: 39,
    tags: ['cluster-secrets'],
    templating: {
      list: [{ label: 'Data source', name: 'datasource', query: 'prometheus', type: 'datasource' }],
    },
    time: { from: 'now-24h', to: 'now' },
    title,
    uid,
  };
}

function looks({ kind, expression, legend }: Panel): object {
  const instant = kind !== 'lines';
  const target = {
    datasource,
    expr: expression,
    instant,
    range: !instant,
    refId: 'A',
    ...(kind === 'table' || kind === 'ages' ? { format: 'table' } : {}),
    ...(legend === undefined ? {} : { legendFormat: legend }),
  };
  return { targets: [target], ...kinds[kind] };
}

const steps = (...colours: readonly [value: number | null, color: string][]) => ({
  mode: 'absolute',
  steps: colours.map(([value, color]) => ({ color, value })),
});

const withoutTime = {
  id: 'organize',
  options: { excludeByName: { Time: true }, renameByName: { exported_namespace: 'namespace of the secret' } },
};

const kinds: Readonly<Record<Panel['kind'], object>> = {
  state: {
    type: 'stat',
    fieldConfig: {
      defaults: {
        mappings: [{ type: 'value', options: { 0: { text: 'no' }, 1: { text: 'yes' } } }],
        thresholds: steps([null, 'red'], [1, 'green']),
      },
      overrides: [],
    },
    options: { colorMode: 'background', reduceOptions: { calcs: ['lastNotNull'] } },
  },
  number: { type: 'stat', options: { reduceOptions: { calcs: ['lastNotNull'] } } },
  bad: {
    type: 'stat',
    fieldConfig: { defaults: { thresholds: steps([null, 'green'], [1, 'red']) }, overrides: [] },
    options: { colorMode: 'background', reduceOptions: { calcs: ['lastNotNull'] } },
  },
  table: { type: 'table', transformations: [withoutTime] },
  ages: {
    type: 'table',
    fieldConfig: {
      defaults: {},
      overrides: [{ matcher: { id: 'byName', options: 'Value' }, properties: [{ id: 'unit', value: 's' }] }],
    },
    options: { sortBy: [{ desc: true, displayName: 'Value' }] },
    transformations: [withoutTime],
  },
  lines: { type: 'timeseries' },
};
