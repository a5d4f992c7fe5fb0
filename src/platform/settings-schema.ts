import { z } from 'zod';
import type { ChartSource } from '../constructs/helm-release.js';
import { isReservedKey, isTree, type Tree } from '../tree.js';
import { versions } from '../versions.js';
import { type Existing, existingShapes } from './existing.js';
import {
  closedObject,
  dnsLabel,
  dnsSubdomain,
  externalUnitShape,
  fluxDuration,
  labels,
  namesOf,
  plainKey,
  refreshInterval,
  rule,
  text,
} from './shape.js';

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

/** The fields, each with its shape and default. */
export const settingsFields = closedObject({
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
