import type { Flux } from '../src/constructs/unit.js';

/** How Flux is set up where nothing else is said. */
export const flux: Flux = {
  namespace: 'flux-system',
  source: { kind: 'GitRepository', name: 'flux-system' },
  path: './dist',
  interval: '10m',
  retryInterval: '30s',
};
