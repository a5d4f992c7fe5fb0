import fc from 'fast-check';
import { externalUnit, type Settings } from '../../src/index.js';
import type { AppSecretsFile } from '../../src/platform/app-secrets.js';
import { isReservedKey } from '../../src/tree.js';
import { appSecretArbitrary } from '../app-secrets.js';

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
const vault = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '' && !isReservedKey(text)),
  fc.constantFrom('Kubernetes', 'Shared Vault', 'yes', '0'),
);

const settings: fc.Arbitrary<Settings> = fc.record(
  {
    namespace: name,
    vaults: fc.uniqueArray(vault, { minLength: 1, maxLength: 4 }),
    store: fc.record(
      { name, namespaces: fc.constant(['default', 'media', 'network']) },
      { requiredKeys: [] },
    ),
    credentialsSecret: fc.constant('connect'),
    refreshInterval: fc.constantFrom('10s', '30m', '1h', '0.5h'),
    flux: fc.record(
      {
        namespace: name,
        source: fc.record({
          kind: fc.constantFrom('GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact'),
          name,
        }),
        path: fc.constantFrom('.', 'clusters/home', './a/b/'),
        interval: fc.constantFrom('5m', '1h'),
        retryInterval: fc.constantFrom('30s', '2m'),
      },
      { requiredKeys: [] },
    ),
    networkPolicy: fc.boolean(),
    monitoring: fc.record(
      {
        unit: name.map((unit) => externalUnit(`its-${unit}`)),
        namespace: name,
        labels: fc.constant({ release: 'kube-prometheus-stack' }),
      },
      { requiredKeys: ['unit'] },
    ),
  },
  { requiredKeys: [] },
);

/** A project that synth takes: any settings, and up to five files with up to four secrets each. */
export const randomProject: fc.Arbitrary<{ settings: Settings; files: AppSecretsFile[] }> = fc.record({
  settings,
  files: fc
    .array(fc.array(appSecretArbitrary, { minLength: 1, maxLength: 4 }), { maxLength: 5 })
    .map((lists) =>
      lists.map((secrets, file) => ({
        file: `src/secrets/app-${file}.ts`,
        // Names that would meet are refused.
        secrets: secrets.map(({ externalSecretName, ...secret }, index) => ({
          ...secret,
          name: `${secret.name}-${file}-${index}`,
          ...(externalSecretName && { externalSecretName: `${externalSecretName}-${file}-${index}` }),
        })),
      })),
    ),
});
