// Made by `npm run import` from charts/connect.values.schema.json.

export interface ConnectValues {
  commonLabels?: {
    [k: string]: unknown;
  };
  connect?: {
    create?: boolean;
    replicas?: number;
    api?: {
      name?: string;
      imageRepository?: string;
      resources?: {
        limits?: {
          memory?: string;
          [k: string]: number | string | undefined;
        };
        requests?: {
          cpu?: number | string;
          [k: string]: number | string | undefined;
        };
      };
      httpPort?: number;
      httpsPort?: number;
      logLevel?: string;
      serviceMonitor?: {
        enabled?: boolean;
        interval?: string;
        path?: string;
        params?: {
          [k: string]: unknown;
        };
        annotations?: {
          [k: string]: unknown;
        };
      };
      securityContext?: {
        capabilities?: {
          drop?: unknown[];
        };
        readOnlyRootFilesystem?: boolean;
        allowPrivilegeEscalation?: boolean;
      };
    };
    sync?: {
      name?: string;
      imageRepository?: string;
      resources?: {
        [k: string]: unknown;
      };
      httpPort?: number;
      logLevel?: string;
      securityContext?: {
        capabilities?: {
          drop?: unknown[];
        };
        readOnlyRootFilesystem?: boolean;
        allowPrivilegeEscalation?: boolean;
      };
    };
    applicationName?: string;
    host?: string;
    serviceType?: string;
    serviceAnnotations?: {
      [k: string]: unknown;
    };
    serviceAccount?: {
      create?: boolean;
      annotations?: {
        [k: string]: unknown;
      };
      name?: string;
    };
    credentialsName?: string;
    credentialsKey?: string;
    credentials?: {
      [k: string]: unknown;
    };
    credentials_base64?: {
      [k: string]: unknown;
    };
    imagePullPolicy?: string;
    imagePullSecrets?: unknown[];
    version?: string;
    nodeSelector?: {
      [k: string]: unknown;
    };
    affinity?: {
      [k: string]: unknown;
    };
    hpa?: {
      enabled?: boolean;
      annotations?: {
        [k: string]: unknown;
      };
      minReplicas?: number;
      maxReplicas?: number;
      avgMemoryUtilization?: number;
      avgCpuUtilization?: number;
      behavior?: {
        [k: string]: unknown;
      };
    };
    pdb?: {
      enabled?: boolean;
      annotations?: {
        [k: string]: unknown;
      };
      maxUnavailable?: number;
      minAvailable?: number;
    };
    probes?: {
      liveness?: boolean;
      readiness?: boolean;
    };
    priorityClassName?: string;
    annotations?: {
      [k: string]: unknown;
    };
    labels?: {
      [k: string]: unknown;
    };
    podAnnotations?: {
      [k: string]: unknown;
    };
    podLabels?: {
      [k: string]: unknown;
    };
    podSecurityContext?: {
      fsGroup?: number;
      runAsUser?: number;
      runAsGroup?: number;
      runAsNonRoot?: boolean;
      seccompProfile?: {
        type?: string;
      };
    };
    tolerations?: unknown[];
    dataVolume?: {
      name?: string;
      type?: string;
      values?: {
        [k: string]: unknown;
      };
    };
    tls?: {
      enabled?: boolean;
      secret?: string;
    };
    ingress?: {
      enabled?: boolean;
      labels?: {
        [k: string]: unknown;
      };
      annotations?: {
        [k: string]: unknown;
      };
      ingressClassName?: string;
      pathType?: string;
      hosts?: unknown[];
      extraPaths?: unknown[];
      tls?: unknown[];
    };
    profiler?: {
      enabled?: boolean;
      interval?: string;
      keepLast?: number;
    };
    customEnvVars?: unknown[];
  };
  operator?: {
    create?: boolean;
    authMethod?: string;
    replicas?: number;
    autoRestart?: boolean;
    applicationName?: string;
    imagePullPolicy?: string;
    imagePullSecrets?: unknown[];
    imageRepository?: string;
    pollingInterval?: number;
    version?: string;
    podSecurityContext?: {
      fsGroup?: number;
      runAsUser?: number;
      runAsGroup?: number;
      runAsNonRoot?: boolean;
      seccompProfile?: {
        type?: string;
      };
    };
    securityContext?: {
      capabilities?: {
        drop?: unknown[];
      };
      readOnlyRootFilesystem?: boolean;
      allowPrivilegeEscalation?: boolean;
    };
    nodeSelector?: {
      [k: string]: unknown;
    };
    affinity?: {
      [k: string]: unknown;
    };
    hpa?: {
      enabled?: boolean;
      annotations?: {
        [k: string]: unknown;
      };
      minReplicas?: number;
      maxReplicas?: number;
      avgMemoryUtilization?: number;
      avgCpuUtilization?: number;
      behavior?: {
        [k: string]: unknown;
      };
    };
    pdb?: {
      enabled?: boolean;
      annotations?: {
        [k: string]: unknown;
      };
      maxUnavailable?: number;
      minAvailable?: number;
    };
    annotations?: {
      [k: string]: unknown;
    };
    labels?: {
      [k: string]: unknown;
    };
    podAnnotations?: {
      [k: string]: unknown;
    };
    podLabels?: {
      [k: string]: unknown;
    };
    priorityClassName?: string;
    tolerations?: unknown[];
    watchNamespace?: unknown[];
    resources?: {
      [k: string]: unknown;
    };
    probes?: {
      port?: number;
      liveness?: {
        create?: boolean;
        failureThreshold?: number;
        periodSeconds?: number;
        initialDelaySeconds?: number;
      };
      readiness?: {
        create?: boolean;
        initialDelaySeconds?: number;
        periodSeconds?: number;
      };
    };
    token?: {
      name?: string;
      key?: string;
      value?: {
        [k: string]: unknown;
      };
    };
    serviceAccountToken?: {
      name?: string;
      key?: string;
      value?: {
        [k: string]: unknown;
      };
    };
    serviceAccount?: {
      create?: string;
      annotations?: {
        [k: string]: unknown;
      };
      name?: string;
    };
    roleBinding?: {
      create?: string;
      name?: string;
    };
    clusterRole?: {
      create?: string;
      name?: string;
    };
    clusterRoleBinding?: {
      create?: string;
      name?: string;
    };
    logLevel?: string;
    enableAnnotations?: boolean;
    allowEmptyValues?: boolean;
    customEnvVars?: unknown[];
    tls?: {
      trust?: {
        [k: string]: unknown;
      };
    };
  };
  acceptanceTests?: {
    enabled?: boolean;
    fixtures?: {
      [k: string]: unknown;
    };
    healthCheck?: {
      enabled?: boolean;
      image?: {
        repository?: string;
        tag?: string;
      };
    };
    podSecurityContext?: {
      fsGroup?: number;
      runAsUser?: number;
      runAsGroup?: number;
      runAsNonRoot?: boolean;
      seccompProfile?: {
        type?: string;
      };
    };
    securityContext?: {
      capabilities?: {
        drop?: unknown[];
      };
      readOnlyRootFilesystem?: boolean;
      allowPrivilegeEscalation?: boolean;
    };
  };
}
