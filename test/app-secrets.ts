import fc from 'fast-check';
import type { AppSecretProps } from '../src/index.js';

const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const label = fc.oneof(
  word,
  // Blanks at the ends are refused.
  fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text !== '' && text.trim() === text),
  fc.constantFrom('admin user', 'api.key', 'api-key', '2fa', 'Schlüssel', '😀'),
);
const title = fc.oneof(word, fc.constantFrom('Grafana', 'My Item (old)', "it's", '- a', 'yes'));
const secretKey = fc.stringMatching(/^[A-Za-z0-9][-._A-Za-z0-9]{0,10}$/);

/** App secrets that are well formed, each for itself; their names may meet. */
export const appSecretArbitrary: fc.Arbitrary<AppSecretProps> = fc
  .record({
    namespace: fc.constantFrom('default', 'media', 'network'),
    name: word,
    one: title,
    several: fc.option(fc.uniqueArray(title, { minLength: 2, maxLength: 3 }), { nil: undefined }),
    labels: fc.uniqueArray(label, {
      minLength: 1,
      maxLength: 4,
      // Two labels of one item that end up as one name are refused.
      selector: (text) => text.replace(/[^A-Za-z0-9_]/gu, '_').replace(/^_+/, ''),
    }),
    keys: fc.uniqueArray(secretKey, { minLength: 4, maxLength: 4 }),
    all: fc.boolean(),
    type: fc.option(fc.constantFrom('Opaque', 'example.org/custom'), { nil: undefined }),
    refreshInterval: fc.option(fc.constantFrom('10m', '1h', '30m30s', '1.5m'), { nil: undefined }),
    annotation: fc.option(fc.string(), { nil: undefined }),
    named: fc.boolean(),
    list: fc.boolean(),
    texts: fc.boolean(),
    policy: fc.constantFrom(undefined, undefined, 'CreatedOnce', 'Orphan', 'Merge'),
  })
  .map(({ namespace, name, one, several, labels, keys, all, annotation, named, list, texts, ...more }) => {
    const { policy } = more;
    // What goes together.
    const whole = all && policy !== 'Merge';
    const type = policy === 'Merge' ? undefined : more.type;
    const refreshInterval = policy === 'CreatedOnce' ? undefined : more.refreshInterval;
    const aliases = several?.map((_title, index) => `i${index}`) ?? [];
    const source = (text: string, index: number) =>
      several ? { item: aliases[index % aliases.length] ?? '', field: text } : text;
    return {
      namespace,
      name,
      ...(several
        ? {
            items:
              list && whole
                ? several
                : Object.fromEntries(
                    several.flatMap((text, i) =>
                      whole || i < labels.length ? [[aliases[i] ?? '', text]] : [],
                    ),
                  ),
          }
        : { item: one }),
      keys: whole
        ? ('all' as const)
        : Object.fromEntries(labels.map((text, i) => [keys[i] ?? '', source(text, i)])),
      // Longer than any name.
      ...(named && { externalSecretName: `${name}-from-1password` }),
      ...(texts && {
        templateFrom: [{ configMap: 'texts', keys: ['the.first.of.two', 'the.other.of.two'] }],
      }),
      ...(policy === 'CreatedOnce' && { refreshPolicy: policy }),
      ...((policy === 'Orphan' || policy === 'Merge') && { creationPolicy: policy }),
      ...(type !== undefined && { type }),
      ...(refreshInterval !== undefined && { refreshInterval }),
      ...(annotation !== undefined && { annotations: { note: annotation.replaceAll('{{', '') } }),
    };
  });
