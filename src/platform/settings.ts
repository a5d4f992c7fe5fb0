import { join } from 'node:path';
import { z } from 'zod';
import type { ConnectValues } from '../../imports/connect.values.js';
import type { ExternalSecretsValues } from '../../imports/external-secrets.values.js';
import type { ExternalUnit } from '../constructs/external-unit.js';
import type { ChartSource } from '../constructs/helm-release.js';
import type { FluxSource } from '../constructs/unit.js';
import { OperatorError, type Problem } from '../errors.js';
import { loadDefault } from '../load-default.js';
import type { Repository } from '../repository.js';
import { isReservedKey, isTree, type Tree } from '../tree.js';
import { versions } from '../versions.js';
import {
  type Existing,
  type ExistingConnect,
  type ExistingOperator,
  type ExistingStore,
  existingShapes,
  isExisting,
} from './existing.js';
import {
  checkShape,
  closedObject,
  dnsLabel,
  dnsSubdomain,
  externalUnitShape,
  fluxDuration,
  isTooLong,
  labels,
  namesOf,
  plainKey,
  refreshInterval,
  rule,
  text,
  tooLong,
} from './shape.js';

/** A Helm chart that this project installs. */
export interface ChartSettings<Values> {
  /** Exact version of the chart. @default - the version in src/versions.ts */
  readonly version?: string;
  /** Digest of that version, `sha256:...`; requires `version`. @default - none */
  readonly digest?: string;
  /** The keyless cosign signature that the chart must have. @default - not checked */
  readonly verify?: {
    /** Regular expression of the OIDC issuer. */
    readonly issuer: string;
    /** Regular expression of the subject. */
    readonly subject: string;
  };
  /** Additional values of the chart; synth refuses those that would break this project. @default - none */
  readonly values?: Values;
}

/** The ClusterSecretStore that this project creates. */
export interface StoreSettings {
  /** Name of the ClusterSecretStore. @default onepassword */
  readonly name?: string;
  /** The only namespaces that may use it. @default - all */
  readonly namespaces?: readonly string[];
}

/** The settings in `src/settings.ts`. Every field is optional. */
export interface Settings {
  /**
   * Name of the project, the prefix of its Flux Kustomizations' names. If a cluster has several projects, all but one
   * need a name. @default - none
   */
  readonly name?: string;
  /** Namespace of External Secrets Operator and Connect. @default external-secrets */
  readonly namespace?: string;
  /** DNS domain of the cluster's Services. @default cluster.local */
  readonly clusterDomain?: string;
  /** 1Password vaults, by title or ID, searched in this order. @default ['Kubernetes'] */
  readonly vaults?: readonly string[];
  /**
   * The ClusterSecretStore; or `existing({ name: 'onepassword' })`, if the cluster already has one.
   * @default - a ClusterSecretStore named onepassword
   */
  readonly store?: StoreSettings | Existing<ExistingStore>;
  /** Name of the Secret with Connect's credentials file and token. @default onepassword-secret */
  readonly credentialsSecret?: string;
  /**
   * How often External Secrets Operator reads 1Password: a Go duration from 10s to 1h, or longer with an existing
   * store whose provider is onepasswordSDK. @default 1h
   */
  readonly refreshInterval?: string;
  /** How this cluster's Flux is set up. */
  readonly flux?: {
    /** Namespace of the Flux Kustomizations. @default - that of the repository's root, or flux-system */
    readonly namespace?: string;
    /** The Flux source of this repository. @default - that of the repository's root, or GitRepository flux-system */
    readonly source?: FluxSource;
    /** Folder of this project in the repository, '.' for its top. @default - found by means of git */
    readonly path?: string;
    /**
     * Secret, in `namespace`, with the key that decrypts the bootstrap Secret; 'none' if kustomize-controller has a
     * key of its own. @default - that of the repository's Flux Kustomizations, or sops-age
     */
    readonly sopsSecret?: string;
    /**
     * ServiceAccount, in `namespace`, that Flux impersonates to apply the units; needed under multi-tenancy lockdown.
     * @default - that of the repository's root, or none
     */
    readonly serviceAccountName?: string;
    /** How often Flux corrects drift, such as 10m or 1h30m. @default 10m */
    readonly interval?: string;
    /** How soon Flux retries after a failure. @default 30s */
    readonly retryInterval?: string;
    /**
     * Whether Flux deletes what a unit no longer contains. Set it to `false` in a push of its own before you remove
     * this project or hand over what it created, so that everything stays. @default true
     */
    readonly prune?: boolean;
  };
  /**
   * External Secrets Operator: version and values of its chart; or `existing()`, if the cluster already has it.
   * @default - the chart, unless `store` is `existing()`
   */
  readonly externalSecrets?: ChartSettings<ExternalSecretsValues> | Existing<ExistingOperator>;
  /**
   * 1Password Connect: version and values of its chart; or `existing({ host, token })`, if you already run a server.
   * @default - the chart, unless `store` is `existing()`
   */
  readonly connect?: ChartSettings<ConnectValues> | Existing<ExistingConnect>;
  /**
   * Whether a NetworkPolicy restricts Connect: only External Secrets Operator (and Prometheus, with `monitoring`) may
   * reach it, and it may reach only DNS and HTTPS. @default true
   */
  readonly networkPolicy?: boolean;
  /**
   * Set it once a Prometheus operator runs: adds ServiceMonitors for External Secrets Operator and Connect, and alerts
   * in a unit of their own.
   *
   * @default - none: the chart of External Secrets Operator creates its ServiceMonitor only if the CRD exists
   */
  readonly monitoring?: {
    /** The Flux Kustomization that installs the Prometheus operator; only the alerts wait for it. */
    readonly unit: ExternalUnit;
    /** Namespace of Prometheus, for the network policy. @default monitoring */
    readonly namespace?: string;
    /**
     * Labels by which Prometheus selects ServiceMonitors and PrometheusRules, such as
     * `{ release: 'kube-prometheus-stack' }`. @default - none
     */
    readonly labels?: { readonly [key: string]: string };
  };
  /**
   * Folders of the repository, relative to its top, that belong to other clusters; synth ignores them when it looks
   * for clashes. @default - none
   */
  readonly otherClusters?: readonly string[];
  /**
   * Secrets in the repository that share an app secret's name but not its namespace, in cases where synth can't tell.
   * @default - none
   */
  readonly allowSameName?: readonly {
    /** The app secret: `namespace/name`. */
    readonly secret: string;
    /** The file of the other Secret, relative to the top of the repository. */
    readonly file: string;
    /** Why they are different Secrets. */
    readonly reason: string;
  }[];
}

const version = text().regex(
  /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
  rule('is not an exact chart version', 'use a version such as 2.9.0'),
);
/** A folder of the repository, relative to its top. */
function repositoryPath() {
  return text().regex(
    /^(?!\/)(?!(.*\/)?\.\.(\/|$))[\w./ -]+$/,
    rule('is not a path inside the repository', "use '.' or a path such as clusters/home"),
  );
}

const values = z
  .record(plainKey(), z.unknown(), rule('is not an object', "write the chart's values"))
  .refine(
    isJson,
    rule("contains something YAML can't represent", 'use strings, numbers, lists and plain objects'),
  );

function isJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isJson);
  if (isTree(value)) return !Object.hasOwn(value, 'constructor') && Object.values(value).every(isJson);
  return value === null || /^(string|boolean)$/.test(typeof value) || Number.isFinite(value);
}

const digest = text().regex(
  /^sha256:[0-9a-f]{64}$/,
  rule('is not a digest', 'write sha256: and the 64 hex digits the registry shows'),
);

/** A Go regular expression, as far as JavaScript can check one. */
function expression() {
  return text().refine(
    isExpression,
    rule('is not a valid regular expression', 'use an expression such as ^https://example.org$'),
  );
}

function isExpression(value: string): boolean {
  try {
    return new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}

/** A chart with its version, digest, signature and values; or `existing()`. */
function chart<There extends z.ZodType<object>>(pinned: string, there: There) {
  return closedObject({
    version: version.exactOptional(),
    digest: digest.exactOptional(),
    verify: closedObject({ issuer: expression(), subject: expression() }).exactOptional(),
    values: values.exactOptional(),
    existing: there.exactOptional(),
  })
    .refine(
      // Combined with the default version, the digest would pin this chart for every later release.
      (given) => given.digest === undefined || given.version !== undefined,
      { path: ['digest'], message: rule('is set without a version', 'add the version it belongs to') },
    )
    .refine(standsAlone, nothingBeside)
    .transform(
      ({ existing, ...given }): Part<z.output<There>> =>
        existing !== undefined
          ? { existing }
          : { ...given, version: given.version ?? pinned, values: given.values ?? {} },
    );
}

/** A part of the platform: a chart with its defaults, or an existing installation. */
export type Part<There extends object> = ResolvedChart | Existing<There>;

/** A chart that this project installs, with its defaults. */
export interface ResolvedChart extends ChartSource {
  readonly values: Tree;
}

/** `existing()` can't be combined with other settings. */
function standsAlone(given: object): boolean {
  return !('existing' in given) || Object.keys(given).length === 1;
}

const nothingBeside = rule(
  'mixes existing() with settings for installing it',
  'write existing({ ... }) alone',
);

/** The store that every ExternalSecret refers to, the project's own or an existing one. */
const storeShape = closedObject({
  name: dnsLabel().exactOptional(),
  namespaces: namesOf(dnsLabel()).exactOptional(),
  existing: existingShapes.store.exactOptional(),
})
  .refine(standsAlone, nothingBeside)
  .transform(({ existing, name = 'onepassword', ...own }) =>
    existing !== undefined
      ? { ...existing, isExisting: true }
      : {
          ...own,
          name,
          kind: 'ClusterSecretStore' as const,
          provider: 'onepassword' as const,
          isExisting: false,
        },
  );

const settingsFields = closedObject({
  name: dnsLabel()
    .max(30, rule('is longer than 30 characters', 'shorten it: units get it in front of their names'))
    .exactOptional(),
  namespace: dnsLabel().default('external-secrets'),
  clusterDomain: dnsSubdomain().default('cluster.local'),
  vaults: namesOf(
    text(rule('is blank', "write the vault's title or ID")).refine(
      (title) => !isReservedKey(title),
      rule('is a reserved name in JavaScript', 'write the ID of the vault'),
    ),
  ).default(['Kubernetes']),
  store: storeShape.prefault({}),
  credentialsSecret: dnsLabel().default('onepassword-secret'),
  refreshInterval: refreshInterval().default('1h'),
  flux: closedObject({
    namespace: dnsLabel().default('flux-system'),
    source: closedObject({
      kind: z.enum(
        ['GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact'],
        rule('is not a kind of Flux source', 'the usual one is GitRepository'),
      ),
      name: dnsLabel(),
      namespace: dnsLabel().exactOptional(),
    }).default({ kind: 'GitRepository', name: 'flux-system' }),
    path: repositoryPath().optional(),
    sopsSecret: dnsLabel().default('sops-age'),
    serviceAccountName: dnsLabel().optional(),
    interval: fluxDuration().default('10m'),
    retryInterval: fluxDuration().default('30s'),
    prune: z.boolean().default(true),
  }).prefault({}),
  externalSecrets: chart(versions.externalSecretsChart, existingShapes.externalSecrets).exactOptional(),
  connect: chart(versions.connectChart, existingShapes.connect).exactOptional(),
  networkPolicy: z.boolean().default(true),
  monitoring: closedObject({
    unit: externalUnitShape(),
    namespace: dnsLabel().default('monitoring'),
    labels: labels().exactOptional(),
  }).optional(),
  otherClusters: z.array(repositoryPath()).default([]),
  allowSameName: z
    .array(
      closedObject({
        secret: text(),
        file: text(),
        reason: text(rule('is blank', 'say why they are different Secrets')),
      }),
    )
    .default([]),
});

/** The shape of the settings, with their defaults. */
export const settingsSchema = settingsFields.transform(({ externalSecrets, connect, ...settings }) => {
  // An existing store implies an existing operator and Connect.
  const orUsual = <There extends object>(
    part: Part<There> | undefined,
    version: string,
    unknown: There,
  ): Part<There> => part ?? (settings.store.isExisting ? { existing: unknown } : { version, values: {} });
  return {
    ...settings,
    externalSecrets: orUsual(externalSecrets, versions.externalSecretsChart, {}),
    connect: orUsual(connect, versions.connectChart, {}),
  };
});

/** Settings with every default filled in. */
export type ResolvedSettings = z.output<typeof settingsSchema>;

/**
 * Checks the settings and fills in the defaults.
 *
 * @param input What `src/settings.ts` exports, of any shape: it may not have been type-checked.
 * @param where Name of that file, for the messages.
 * @returns `problems`, and `settings` with defaults in place of invalid fields.
 */
export function resolveSettings(
  input: unknown,
  where: string,
): { settings: ResolvedSettings; problems: Problem[] } {
  // zod treats an instance of a class as an object without fields.
  const plain = typeof input !== 'object' || input === null || isTree(input) ? input : 'an object of a class';
  const result = checkShape(settingsSchema, plain, where);
  const given = isTree(input) ? input : {};
  if ('value' in result) {
    return { settings: result.value, problems: togetherProblems(result.value, given, where) };
  }
  const settings = soundSettings(given);
  // A field that seems missing in an invalid part may just be the invalid one.
  const unclear = ['connect', 'store'].some((part) => !isSound(part, given));
  const more = togetherProblems(settings, given, where).filter(
    (problem) => !(unclear && problem.where.startsWith(`${where}: connect.`)),
  );
  return { settings, problems: [...result.problems, ...more] };
}

/** Whether a field is valid on its own. */
function isSound(field: string, given: Tree): boolean {
  const shapes: Record<string, z.ZodType> = settingsFields.shape;
  if (!Object.hasOwn(given, field)) return true;
  return Object.hasOwn(shapes, field) && shapes[field]?.safeParse(given[field]).success === true;
}

/** The fields that are valid on their own. A part that is `existing()` stays so even if its details are invalid. */
function soundSettings(given: Tree): ResolvedSettings {
  const sound = Object.entries(given).flatMap(([field, value]) => {
    if (isSound(field, given)) return [[field, value]];
    if (!isTree(value) || !('existing' in value)) return [];
    return [[field, { existing: field === 'store' ? { name: 'onepassword' } : {} }]];
  });
  return settingsSchema.parse(Object.fromEntries(sound));
}

/**
 * Problems between settings that are valid on their own.
 *
 * @param given What the user wrote.
 */
function togetherProblems(settings: ResolvedSettings, given: Tree, where: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  const { connect, refreshInterval, store, vaults } = settings;
  if (isExisting(connect)) {
    const { host, token } = connect.existing;
    if (!store.isExisting && host === undefined) {
      const todo = "write its address: existing({ host: 'http://onepassword-connect:8080', ... })";
      say('connect.existing.host', 'is missing, and the store needs it', todo);
    }
    if (!store.isExisting && token === undefined) {
      const todo = "name the Secret with a token of that server: token: { namespace: '...', name: '...' }";
      say('connect.existing.token', 'is missing, and the store needs it', todo);
    }
    if (given['credentialsSecret'] !== undefined) {
      const todo = store.isExisting
        ? 'remove it'
        : 'remove it, and name the Secret in connect.existing.token';
      say(
        'credentialsSecret',
        'is only for a Connect server that this project installs, and this cluster has its own',
        todo,
      );
    }
    if (given['networkPolicy'] === true) {
      const what = 'is only for a Connect server that this project installs, and this cluster has its own';
      say('networkPolicy', what, 'leave it out');
    }
  }
  if (store.provider === 'onepasswordSDK') {
    if (!isExisting(connect)) {
      const what = 'is not used: an onepasswordSDK store reads 1Password directly';
      say('connect', what, 'leave it out');
    }
    if (vaults.length > 1) {
      const what = `names ${vaults.length} vaults, but an onepasswordSDK store reads only one`;
      say('vaults', what, 'list the vault the store reads');
    }
  } else if (isTooLong(refreshInterval)) {
    const [what = '', todo = ''] = tooLong.split('; ');
    say('refreshInterval', `'${refreshInterval}' ${what}`, todo);
  }
  return problems;
}

/**
 * Folder of the project in the repository that Flux watches.
 *
 * @param repository The git repository around the project; undefined without git.
 * @returns '' for the top of the repository, else a path with a trailing `/`.
 */
export function projectPrefix(settings: ResolvedSettings, repository: Repository | undefined): string {
  const { path } = settings.flux;
  if (path === undefined) return repository?.prefix ?? '';
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.map((part) => `${part}/`).join('');
}

/** The file with the settings, relative to the project. */
export const settingsFile = 'src/settings.ts';

/**
 * Reads the settings of a project, for commands that need valid ones.
 *
 * @param project Folder of the project.
 * @throws OperatorError with every problem found.
 */
export async function loadSettings(project: string): Promise<ResolvedSettings> {
  const page = await loadDefault(join(project, settingsFile), settingsFile);
  if ('problems' in page) throw new OperatorError(page.problems);
  const { settings, problems } = resolveSettings(page.value, settingsFile);
  if (problems.length > 0) throw new OperatorError(problems);
  return settings;
}
