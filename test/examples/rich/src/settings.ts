import { defineSettings, externalUnit } from '#cluster-secrets';

export default defineSettings({
  vaults: ['Kubernetes', 'Shared Infrastructure'],
  refreshInterval: '30m',
  flux: { interval: '15m' },
  externalSecrets: { values: { resources: { requests: { cpu: '10m', memory: '64Mi' } } } },
  connect: {
    values: { connect: { api: { logLevel: 'warn' }, annotations: { 'example.org/team': 'home' } } },
  },
  monitoring: { unit: externalUnit('kube-prometheus-stack') },
});
