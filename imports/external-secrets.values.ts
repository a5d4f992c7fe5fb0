// Made by `npm run import` from charts/external-secrets.values.schema.json.

export interface ExternalSecretsValues {
  affinity?: {
    [k: string]: unknown;
  };
  "bitwarden-sdk-server"?: {
    enabled?: boolean;
    namespaceOverride?: string;
  };
  certController?: {
    affinity?: {
      [k: string]: unknown;
    };
    create?: boolean;
    deploymentAnnotations?: {
      [k: string]: unknown;
    };
    enablePartialCache?: boolean;
    extraArgs?: {
      [k: string]: unknown;
    };
    extraEnv?: unknown[];
    extraInitContainers?: unknown[];
    extraVolumeMounts?: unknown[];
    extraVolumes?: unknown[];
    hostAliases?: unknown[];
    hostNetwork?: boolean;
    hostUsers?: boolean | null;
    image?: {
      flavour?: string;
      pullPolicy?: string;
      repository?: string;
      tag?: string;
    };
    imagePullSecrets?: unknown[];
    livenessProbe?: {
      enabled?: boolean;
      failureThreshold?: number;
      initialDelaySeconds?: number;
      periodSeconds?: number;
      port?: string | number;
      successThreshold?: number;
      timeoutSeconds?: number;
    };
    log?: {
      level?: string;
      timeEncoding?: string;
    };
    metrics?: {
      listen?: {
        auth?: {
          enabled?: boolean;
        };
        port?: number;
        secure?: {
          certDir?: string;
          certFile?: string;
          enabled?: boolean;
          keyFile?: string;
        };
      };
      service?: {
        annotations?: {
          [k: string]: unknown;
        };
        enabled?: boolean;
        port?: number;
      };
    };
    networkPolicy?: {
      egress?: unknown[];
      enabled?: boolean;
      ingress?: {
        ports?: {
          port?: string | number;
          protocol?: string;
        }[];
      }[];
    };
    nodeSelector?: {
      [k: string]: unknown;
    };
    podAnnotations?: {
      [k: string]: unknown;
    };
    podDisruptionBudget?: {
      enabled?: boolean;
      minAvailable?: number | string;
      nameOverride?: string;
    };
    podLabels?: {
      [k: string]: unknown;
    };
    podSecurityContext?: {
      enabled?: boolean;
    };
    priorityClassName?: string;
    rbac?: {
      create?: boolean;
    };
    readinessProbe?: {
      address?: string;
      enabled?: boolean;
      failureThreshold?: number;
      initialDelaySeconds?: number;
      periodSeconds?: number;
      port?: string | number;
      successThreshold?: number;
      timeoutSeconds?: number;
    };
    replicaCount?: number;
    requeueInterval?: string;
    resources?: {
      [k: string]: unknown;
    };
    revisionHistoryLimit?: number;
    runtimeClassName?: string;
    schedulerName?: string;
    securityContext?: {
      allowPrivilegeEscalation?: boolean;
      capabilities?: {
        drop?: string[];
      };
      enabled?: boolean;
      readOnlyRootFilesystem?: boolean;
      runAsNonRoot?: boolean;
      runAsUser?: number;
      seccompProfile?: {
        type?: string;
      };
    };
    serviceAccount?: {
      annotations?: {
        [k: string]: unknown;
      };
      automount?: boolean;
      create?: boolean;
      extraLabels?: {
        [k: string]: unknown;
      };
      name?: string;
    };
    startupProbe?: {
      enabled?: boolean;
      failureThreshold?: number;
      initialDelaySeconds?: number;
      periodSeconds?: number;
    };
    strategy?: {
      [k: string]: unknown;
    };
    tolerations?: unknown[];
    topologySpreadConstraints?: unknown[];
  };
  commonLabels?: {
    [k: string]: unknown;
  };
  concurrent?: number;
  controllerClass?: string;
  crds?: {
    annotations?: {
      [k: string]: unknown;
    };
    conversion?: {
      enabled?: boolean;
    };
    createClusterExternalSecret?: boolean;
    createClusterGenerator?: boolean;
    createClusterPushSecret?: boolean;
    createClusterSecretStore?: boolean;
    createPushSecret?: boolean;
    createSecretStore?: boolean;
    unsafeServeV1Beta1?: boolean;
  };
  createOperator?: boolean;
  deploymentAnnotations?: {
    [k: string]: unknown;
  };
  dnsConfig?: {
    [k: string]: unknown;
  };
  dnsPolicy?: string;
  enableHTTP2?: boolean;
  extendedMetricLabels?: boolean;
  extraArgs?: {
    [k: string]: unknown;
  };
  extraContainers?: unknown[];
  extraEnv?: unknown[];
  extraInitContainers?: unknown[];
  extraObjects?: unknown[];
  extraVolumeMounts?: unknown[];
  extraVolumes?: unknown[];
  fullnameOverride?: string;
  genericTargets?: {
    enabled?: boolean;
    resources?: unknown[];
  };
  global?: {
    affinity?: {
      [k: string]: unknown;
    };
    compatibility?: {
      openshift?: {
        adaptSecurityContext?: string;
      };
    };
    hostAliases?: unknown[];
    imagePullSecrets?: unknown[];
    nodeSelector?: {
      [k: string]: unknown;
    };
    podAnnotations?: {
      [k: string]: unknown;
    };
    podLabels?: {
      [k: string]: unknown;
    };
    repository?: string;
    tolerations?: unknown[];
    topologySpreadConstraints?: unknown[];
  };
  grafanaDashboard?: {
    annotations?: {
      [k: string]: unknown;
    };
    enabled?: boolean;
    extraLabels?: {
      [k: string]: unknown;
    };
    sidecarLabel?: string;
    sidecarLabelValue?: string;
  };
  hostAliases?: unknown[];
  hostNetwork?: boolean;
  hostUsers?: boolean | null;
  image?: {
    flavour?: string;
    pullPolicy?: string;
    repository?: string;
    tag?: string;
  };
  imagePullSecrets?: unknown[];
  installCRDs?: boolean;
  leaderElect?: boolean;
  leaderElectionID?: string;
  leaderElectionLeaseDuration?: string;
  leaderElectionRenewDeadline?: string;
  leaderElectionRetryPeriod?: string;
  livenessProbe?: {
    enabled?: boolean;
    spec?: {
      address?: string;
      failureThreshold?: number;
      httpGet?: {
        path?: string;
        port?: string | number;
      };
      initialDelaySeconds?: number;
      periodSeconds?: number;
      port?: number;
      successThreshold?: number;
      timeoutSeconds?: number;
    };
  };
  log?: {
    level?: string;
    timeEncoding?: string;
  };
  metrics?: {
    listen?: {
      auth?: {
        enabled?: boolean;
      };
      port?: number;
      secure?: {
        certDir?: string;
        certFile?: string;
        enabled?: boolean;
        keyFile?: string;
      };
    };
    service?: {
      annotations?: {
        [k: string]: unknown;
      };
      enabled?: boolean;
      port?: number;
    };
  };
  nameOverride?: string;
  namespaceOverride?: string;
  networkPolicy?: {
    egress?: unknown[];
    enabled?: boolean;
    ingress?: {
      ports?: {
        port?: string | number;
        protocol?: string;
      }[];
    }[];
  };
  nodeSelector?: {
    [k: string]: unknown;
  };
  openshiftFinalizers?: boolean;
  podAnnotations?: {
    [k: string]: unknown;
  };
  podDisruptionBudget?: {
    enabled?: boolean;
    minAvailable?: number | string;
    nameOverride?: string;
  };
  podLabels?: {
    [k: string]: unknown;
  };
  podSecurityContext?: {
    enabled?: boolean;
  };
  podSpecExtra?: {
    [k: string]: unknown;
  };
  priorityClassName?: string;
  processClusterExternalSecret?: boolean;
  processClusterGenerator?: boolean;
  processClusterPushSecret?: boolean;
  processClusterStore?: boolean;
  processPushSecret?: boolean;
  processSecretStore?: boolean;
  rbac?: {
    aggregateToAdmin?: boolean;
    aggregateToEdit?: boolean;
    aggregateToView?: boolean;
    create?: boolean;
    serviceAccountTokenCreate?: boolean;
    servicebindings?: {
      create?: boolean;
    };
  };
  readinessProbe?: {
    enabled?: boolean;
    spec?: {
      failureThreshold?: number;
      httpGet?: {
        path?: string;
        port?: string | number;
      };
      initialDelaySeconds?: number;
      periodSeconds?: number;
      successThreshold?: number;
      timeoutSeconds?: number;
    };
  };
  replicaCount?: number;
  resources?: {
    [k: string]: unknown;
  };
  revisionHistoryLimit?: number;
  runtimeClassName?: string;
  schedulerName?: string;
  scopedNamespace?: string;
  scopedRBAC?: boolean;
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    capabilities?: {
      drop?: string[];
    };
    enabled?: boolean;
    readOnlyRootFilesystem?: boolean;
    runAsNonRoot?: boolean;
    runAsUser?: number;
    seccompProfile?: {
      type?: string;
    };
  };
  service?: {
    ipFamilies?: unknown[];
    ipFamilyPolicy?: string;
  };
  serviceAccount?: {
    annotations?: {
      [k: string]: unknown;
    };
    automount?: boolean;
    create?: boolean;
    extraLabels?: {
      [k: string]: unknown;
    };
    name?: string;
  };
  serviceMonitor?: {
    additionalLabels?: {
      [k: string]: unknown;
    };
    enabled?: boolean;
    honorLabels?: boolean;
    interval?: string;
    metricRelabelings?: unknown[];
    namespace?: string;
    relabelings?: unknown[];
    renderMode?: "skipIfMissing" | "failIfMissing" | "alwaysRender";
    scrapeTimeout?: string;
  };
  storeRequeueInterval?: string;
  strategy?: {
    [k: string]: unknown;
  };
  systemAuthDelegator?: boolean;
  tolerations?: unknown[];
  topologySpreadConstraints?: unknown[];
  vault?: {
    enableTokenCache?: boolean;
    tokenCacheSize?: number;
  };
  webhook?: {
    affinity?: {
      [k: string]: unknown;
    };
    annotations?: {
      [k: string]: unknown;
    };
    certCheckInterval?: string;
    certDir?: string;
    certManager?: {
      addInjectorAnnotations?: boolean;
      cert?: {
        annotations?: {
          [k: string]: unknown;
        };
        create?: boolean;
        duration?: string;
        issuerRef?: {
          group?: string;
          kind?: string;
          name?: string;
        };
        privateKey?: {
          [k: string]: unknown;
        };
        renewBefore?: string;
        revisionHistoryLimit?: number;
        signatureAlgorithm?: string;
      };
      enabled?: boolean;
    };
    create?: boolean;
    deploymentAnnotations?: {
      [k: string]: unknown;
    };
    extraArgs?: {
      [k: string]: unknown;
    };
    extraEnv?: unknown[];
    extraInitContainers?: unknown[];
    extraVolumeMounts?: unknown[];
    extraVolumes?: unknown[];
    failurePolicy?: string;
    hostAliases?: unknown[];
    hostNetwork?: boolean;
    hostUsers?: boolean | null;
    image?: {
      flavour?: string;
      pullPolicy?: string;
      repository?: string;
      tag?: string;
    };
    imagePullSecrets?: unknown[];
    livenessProbe?: {
      enabled?: boolean;
      failureThreshold?: number;
      initialDelaySeconds?: number;
      periodSeconds?: number;
      port?: string | number;
      successThreshold?: number;
      timeoutSeconds?: number;
    };
    log?: {
      level?: string;
      timeEncoding?: string;
    };
    lookaheadInterval?: string;
    metrics?: {
      listen?: {
        auth?: {
          enabled?: boolean;
        };
        port?: number;
        secure?: {
          certDir?: string;
          certFile?: string;
          enabled?: boolean;
          keyFile?: string;
        };
      };
      service?: {
        annotations?: {
          [k: string]: unknown;
        };
        enabled?: boolean;
        port?: number;
      };
    };
    networkPolicy?: {
      egress?: unknown[];
      enabled?: boolean;
      ingress?: {
        ports?: {
          port?: string | number;
          protocol?: string;
        }[];
      }[];
    };
    nodeSelector?: {
      [k: string]: unknown;
    };
    podAnnotations?: {
      [k: string]: unknown;
    };
    podDisruptionBudget?: {
      enabled?: boolean;
      minAvailable?: number | string;
      nameOverride?: string;
    };
    podLabels?: {
      [k: string]: unknown;
    };
    podSecurityContext?: {
      enabled?: boolean;
    };
    port?: number;
    priorityClassName?: string;
    readinessProbe?: {
      address?: string;
      enabled?: boolean;
      failureThreshold?: number;
      initialDelaySeconds?: number;
      periodSeconds?: number;
      port?: string | number;
      successThreshold?: number;
      timeoutSeconds?: number;
    };
    replicaCount?: number;
    resources?: {
      [k: string]: unknown;
    };
    revisionHistoryLimit?: number;
    runtimeClassName?: string;
    schedulerName?: string;
    secretAnnotations?: {
      [k: string]: unknown;
    };
    securityContext?: {
      allowPrivilegeEscalation?: boolean;
      capabilities?: {
        drop?: string[];
      };
      enabled?: boolean;
      readOnlyRootFilesystem?: boolean;
      runAsNonRoot?: boolean;
      runAsUser?: number;
      seccompProfile?: {
        type?: string;
      };
    };
    service?: {
      annotations?: {
        [k: string]: unknown;
      };
      enabled?: boolean;
      labels?: {
        [k: string]: unknown;
      };
      loadBalancerIP?: string;
      type?: string;
    };
    serviceAccount?: {
      annotations?: {
        [k: string]: unknown;
      };
      automount?: boolean;
      create?: boolean;
      extraLabels?: {
        [k: string]: unknown;
      };
      name?: string;
    };
    startupProbe?: {
      enabled?: boolean;
      failureThreshold?: number;
      initialDelaySeconds?: number;
      periodSeconds?: number;
    };
    strategy?: {
      [k: string]: unknown;
    };
    tolerations?: unknown[];
    topologySpreadConstraints?: unknown[];
  };
}
