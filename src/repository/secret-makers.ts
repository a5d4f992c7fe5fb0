import { at, isTree, metadataOf, type Tree } from '../tree.js';
import { groupOf, plainText, trees } from './kustomize.js';

/** A Secret that is an object itself, or that a controller creates from it. */
export interface MadeSecret {
  /** What it is, for messages: `the Secret of the Certificate`. */
  readonly what: string;
  readonly name: string;
  /** undefined if unknown. */
  readonly namespace: string | undefined;
  /** What it writes to the Secret, if the object tells. */
  readonly content?: WrittenContent;
  /** Set for an ExternalSecret. */
  readonly creationPolicy?: string;
}

/** The keys of a Secret, which SOPS does not encrypt, and those of its labels and annotations. */
export interface WrittenContent {
  readonly keys: readonly string[];
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

/** How a kind names its Secrets: one entry for each, undefined for one that this object does not create. */
type Maker = (spec: Tree, name: string, object: Tree) => readonly (string | undefined | InNamespace)[];

/** A Secret in a namespace other than that of the object that creates it. */
interface InNamespace {
  readonly name: string | undefined;
  /** undefined if unknown. */
  readonly namespace: string | undefined;
}

const textAt = (tree: unknown, ...path: readonly string[]) => plainText(at(tree, ...path));

/** The Secret has the same name as the object. */
const sameName: Maker = (_spec, name) => [name];

/**
 * Controllers, common in homelab repositories, that create Secrets; by kind and API group, from the documentation of
 * each.
 */
const makers: Readonly<Record<string, Maker>> = {
  // https://developer.1password.com/docs/k8s/operator/
  'OnePasswordItem onepassword.com': sameName,
  // https://github.com/bitnami-labs/sealed-secrets
  'SealedSecret bitnami.com': (spec, name) => [textAt(spec, 'template', 'metadata', 'name') ?? name],
  // https://cert-manager.io/docs/usage/certificate/
  'Certificate cert-manager.io': (spec) => [textAt(spec, 'secretName')],
  'Issuer cert-manager.io': (spec) => [textAt(spec, 'acme', 'privateKeySecretRef', 'name')],
  'ClusterIssuer cert-manager.io': (spec) => [
    { name: textAt(spec, 'acme', 'privateKeySecretRef', 'name'), namespace: 'cert-manager' },
  ],
  // https://cloudnative-pg.io/documentation/current/applications/#secrets
  'Cluster postgresql.cnpg.io': (spec, name) => [
    textAt(spec, 'bootstrap', 'initdb', 'secret', 'name') ? undefined : `${name}-app`,
    textAt(spec, 'superuserSecret', 'name') ? undefined : `${name}-superuser`,
    textAt(spec, 'certificates', 'serverCASecret') ? undefined : `${name}-ca`,
    textAt(spec, 'certificates', 'serverTLSSecret') ? undefined : `${name}-server`,
    textAt(spec, 'certificates', 'replicationTLSSecret') ? undefined : `${name}-replication`,
  ],
  // https://rook.io/docs/rook/latest/Storage-Configuration/Object-Storage-RGW/ceph-object-bucket-claim/
  'ObjectBucketClaim objectbucket.io': sameName,
  'CephObjectStoreUser ceph.rook.io': (spec, name) => [
    `rook-ceph-object-user-${textAt(spec, 'store')}-${name}`,
  ],
  // https://access.crunchydata.com/documentation/postgres-operator/latest/
  'PostgresCluster postgres-operator.crunchydata.com': (spec, name) => {
    const users = trees(spec['users']).map((user) => String(user['name']));
    return (users.length > 0 ? users : [name]).map((user) => `${name}-pguser-${user}`);
  },
  // https://opensource.zalando.com/postgres-operator/
  'postgresql acid.zalan.do': (spec, name) =>
    ['postgres', 'standby', ...Object.keys(isTree(spec['users']) ? spec['users'] : {})].map(
      (user) => `${user.replaceAll('_', '-')}.${name}.credentials.postgresql.acid.zalan.do`,
    ),
  // https://www.rabbitmq.com/kubernetes/operator/using-operator
  'RabbitmqCluster rabbitmq.com': (_spec, name) => [`${name}-default-user`],
  // https://strimzi.io/docs/operators/latest/
  'KafkaUser kafka.strimzi.io': sameName,
  // https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s
  'Elasticsearch elasticsearch.k8s.elastic.co': (_spec, name) => [`${name}-es-elastic-user`],
  // https://www.keycloak.org/operator/basic-deployment
  'Keycloak k8s.keycloak.org': (_spec, name) => [`${name}-initial-admin`],
  // https://grafana.github.io/grafana-operator/
  'Grafana grafana.integreatly.org': (_spec, name) => [`${name}-admin-credentials`],
  // https://github.com/isindir/sops-secrets-operator
  'SopsSecret isindir.github.com': (spec) => trees(spec['secretTemplates']).map((one) => textAt(one, 'name')),
  // https://bitwarden.com/help/secrets-manager-kubernetes-operator/
  'BitwardenSecret k8s.bitwarden.com': (spec) => [textAt(spec, 'secretName')],
  // https://infisical.com/docs/integrations/platforms/kubernetes/infisical-secret-crd
  'InfisicalSecret secrets.infisical.com': (spec) => {
    const one = at(spec, 'managedSecretReference');
    return [{ name: textAt(one, 'secretName'), namespace: textAt(one, 'secretNamespace') }];
  },
  // https://docs.doppler.com/docs/kubernetes-operator
  'DopplerSecret secrets.doppler.com': (spec) => {
    const one = at(spec, 'managedSecret');
    return [{ name: textAt(one, 'name'), namespace: textAt(one, 'namespace') }];
  },
  // https://developer.hashicorp.com/vault/docs/deploy/kubernetes/vso
  'VaultStaticSecret secrets.hashicorp.com': (spec) => [textAt(spec, 'destination', 'name')],
  'VaultDynamicSecret secrets.hashicorp.com': (spec) => [textAt(spec, 'destination', 'name')],
  'VaultPKISecret secrets.hashicorp.com': (spec) => [textAt(spec, 'destination', 'name')],
  // https://flux-iac.github.io/tofu-controller/
  'Terraform infra.contrib.fluxcd.io': (spec) => [textAt(spec, 'writeOutputsToSecret', 'name')],
};

/** A file contains one of these if it may contain an object whose Secret has a name that the file does not mention. */
export const makerMarks: readonly string[] = [
  ...new Set(Object.keys(makers).map((key) => key.slice(key.indexOf(' ') + 1))),
  'writeConnectionSecretToRef',
];

function contentOf(secret: Tree): WrittenContent {
  const namesIn = (tree: unknown) => (isTree(tree) ? Object.keys(tree) : []);
  const { labels, annotations } = metadataOf(secret);
  return {
    keys: [...namesIn(secret['data']), ...namesIn(secret['stringData'])],
    labels: namesIn(labels),
    annotations: namesIn(annotations),
  };
}

/** The Secrets that an object is or creates. */
export function secretsMadeBy(object: Tree): MadeSecret[] {
  const { kind } = object;
  const metadata = metadataOf(object);
  const name = plainText(metadata['name']);
  const namespace = plainText(metadata['namespace']);
  const spec = isTree(object['spec']) ? object['spec'] : {};
  if (kind === 'Secret') {
    const what = isTree(object['sops']) ? 'the SOPS-encrypted Secret' : 'the Secret';
    return name === undefined ? [] : [{ what, name, namespace, content: contentOf(object) }];
  }
  if (kind === 'ExternalSecret' || kind === 'ClusterExternalSecret') {
    const cluster = kind === 'ClusterExternalSecret';
    const inner = cluster ? at(spec, 'externalSecretSpec') : spec;
    const own = cluster ? (textAt(spec, 'externalSecretName') ?? name) : name;
    const target = textAt(inner, 'target', 'name') ?? own;
    const what = 'the Secret of the ExternalSecret';
    const creationPolicy = textAt(inner, 'target', 'creationPolicy') ?? 'Owner';
    return target === undefined
      ? []
      : [{ what, name: target, namespace: cluster ? undefined : namespace, creationPolicy }];
  }
  const maker = makers[`${String(kind)} ${groupOf(object)}`];
  const made = [
    ...(maker && name !== undefined ? maker(spec, name, object) : []),
    ...(isTree(spec['writeConnectionSecretToRef'])
      ? [
          {
            name: textAt(spec, 'writeConnectionSecretToRef', 'name'),
            namespace: textAt(spec, 'writeConnectionSecretToRef', 'namespace') ?? namespace,
          },
        ]
      : []),
  ];
  return made.flatMap((one) => {
    const place = typeof one === 'object' ? one : { name: one, namespace };
    if (place.name === undefined) return [];
    return [
      {
        what: `the Secret of the ${kind} ${name}`,
        name: place.name,
        namespace: place.namespace ?? namespace,
      },
    ];
  });
}
