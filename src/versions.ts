/** The chart versions that this release is built for. Renovate updates them; see CONTRIBUTING. */
export const versions = {
  // renovate: datasource=docker depName=ghcr.io/external-secrets/charts/external-secrets
  externalSecretsChart: '2.9.0',
  // renovate: datasource=docker depName=ghcr.io/1password/connect
  connectChart: '2.4.1',
} as const;
