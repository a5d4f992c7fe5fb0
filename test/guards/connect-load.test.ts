import { expect, test } from 'vitest';
import { loadProblems, loadWarnings } from '../../src/guards/connect-load.js';
import type { AppSecretProps } from '../../src/index.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';

const { settings } = resolveSettings({}, 'src/settings.ts');

/** App secrets that each read one item as often as is said. */
function secrets(count: number, refreshInterval: string, more: Partial<AppSecretProps> = {}) {
  return Array.from({ length: count }, (_, index) => ({
    namespace: 'app',
    name: `s${index}`,
    item: 'Item',
    keys: { password: 'password' },
    refreshInterval,
    ...more,
  }));
}

const lines = (all: readonly AppSecretProps[]) => loadProblems(all, settings).map(({ what }) => what);

// A look-up costs Connect four requests, and it takes 20 a second.
test('as many as Connect answers, and one more', () => {
  expect(lines(secrets(50, '10s'))).toEqual([]);
  expect(lines(secrets(51, '10s'))).toEqual([
    'the refresh intervals add up to 21 requests to Connect per second, over 20',
  ]);
  expect(loadProblems(secrets(51, '10s'), settings)).toEqual([
    expect.objectContaining({ where: 'src/secrets', todo: 'lengthen the shortest ones' }),
  ]);
});

test('counts each item and file; the settings’ interval is the default', () => {
  const two = { keys: { password: 'password', ca: { file: 'ca.pem' } } };
  expect(lines(secrets(24, '10s', two))).toEqual([]);
  expect(lines(secrets(26, '10s', two))).toHaveLength(1);
  const [one] = secrets(1, '');
  const { refreshInterval, ...unsaid } = one ?? {};
  expect(lines(Array(17_990).fill(unsaid))).toEqual([]);
  expect(lines(Array(18_010).fill(unsaid))).toHaveLength(1);
  expect(lines(Array(18_010).fill({ ...unsaid, refreshPolicy: 'CreatedOnce' }))).toEqual([]);
});

test('a service account has a limit of reads', () => {
  const sdk = resolveSettings(
    { store: { existing: { name: 'x', provider: 'onepasswordSDK' } } },
    'x',
  ).settings;
  expect(loadProblems(secrets(51, '10s'), sdk)).toEqual([]);
  expect(loadWarnings(secrets(500, '1h'), sdk)).toEqual([]);
  expect(loadWarnings(secrets(501, '1h'), sdk)).toEqual([
    {
      where: 'src/secrets',
      what: 'the refresh intervals add up to about 1002 reads of 1Password per hour, but a service account on a Families plan may do only 1000',
      todo: 'lengthen them: with this store they may exceed 1h',
    },
  ]);
  expect(loadWarnings(secrets(501, '1h'), settings)).toEqual([]);
});
