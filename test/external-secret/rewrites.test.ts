import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookUps } from '../../src/external-secret/look-ups.js';
import { sourceName } from '../../src/external-secret/names.js';
import { fieldBehind, labelsByName } from '../../src/external-secret/rewrites.js';
import { fieldsRead, itemsOf, prefixOf, sourcesOf } from '../../src/external-secret/source.js';
import { appSecretArbitrary } from '../app-secrets.js';

test('every field gets the name that its key reads, and the name leads back to the field', () => {
  fc.assert(
    fc.property(appSecretArbitrary, (secret) => {
      const dataFrom = lookUps(secret);
      for (const source of sourcesOf(secret)) {
        const label = typeof source === 'string' ? source : 'field' in source ? source.field : undefined;
        if (label === undefined) continue;
        const prefix = prefixOf(source);
        const at = itemsOf(secret).findIndex((item) => item.prefix === prefix);
        const title = itemsOf(secret)[at]?.title;
        const lookUp = dataFrom.find(
          ({ extract, rewrite }) =>
            extract?.key === title &&
            (prefix === '' || rewrite?.some(({ regexp }) => regexp?.target === prefix)),
        );
        const name = sourceName(source, fieldsRead(secret));
        expect(labelsByName([label], prefix, lookUp?.rewrite).get(name)).toEqual([label]);
        const exact = name.slice(prefix.length).startsWith('field_');
        const behind = fieldBehind({ dataFrom }, name);
        if (exact) expect(behind).toEqual({ items: [title], label });
        else expect(behind?.items).toEqual([title]);
      }
    }),
  );
});
